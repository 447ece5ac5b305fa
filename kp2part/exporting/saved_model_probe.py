"""Runs requests through a SavedModel in a process without kp2part.

    python -I saved_model_probe.py SAVED_MODEL REQUESTS.npz RESPONSES.npz

Names in the archives are signature/tensor; strings are object arrays. This is a
program that `export_check` runs; it is not imported.
"""

import sys

# A model that needed kp2part would load only where it is installed.
sys.modules["kp2part"] = None

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def main(saved_model: str, requests: str, path: str):
    """Writes the responses of each signature to its request to a file."""
    # Strings are pickled. The parent process wrote the file, so it is safe.
    with np.load(requests, allow_pickle=True) as archive:
        inputs = dict(archive)
    model = tf.saved_model.load(saved_model)
    outputs = {}
    for name in sorted({key.split("/")[0] for key in inputs}):
        output = model.signatures[name](
            **{
                key.split("/")[1]: tf.constant(
                    values.tolist() if values.dtype == object else values
                )
                for key, values in inputs.items()
                if key.startswith(f"{name}/")
            }
        )
        outputs |= {f"{name}/{k}": v.numpy() for k, v in output.items()}
    np.savez(path, **outputs)


if __name__ == "__main__":
    main(*sys.argv[1:])

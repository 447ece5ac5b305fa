"""Answers requests with a SavedModel, as a process that knows no kp2part.

    python -I saved_model_probe.py SAVED_MODEL REQUESTS.npz ANSWERS.npz

Names in the archives are signature/tensor; strings are object arrays. A program
for `export_check`, which runs it; it is not imported.
"""

import sys

# Were any of it needed, the model would load here and nowhere else.
sys.modules["kp2part"] = None

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


def main(saved_model: str, requests: str, path: str):
    """Writes the responses of each signature to its request to a file."""
    # Pickles hold the strings. The file is the parent process's own.
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

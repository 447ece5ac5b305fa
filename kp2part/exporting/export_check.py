"""Compares an exported model with the network it was exported from."""

import pathlib
import subprocess
import sys
import tempfile

from absl import logging
import numpy as np
import tensorflow as tf

from kp2part.exporting import sample_requests
from kp2part.exporting import serving_graph

# The largest allowed difference of a logit or a probability. Graphs sum in
# another order than Keras; the difference of the shipped model is 1e-5.
TOLERANCE = 1e-3

_PROBE = pathlib.Path(__file__).with_name("saved_model_probe.py")
_COMPARED = ("tensors", "probabilities", "crops")
_TIMEOUT_SECONDS = 600


def check(saved_model: pathlib.Path, server: serving_graph.PartServer) -> float:
    """Compares the outputs for `sample_requests.requests`.

    The exported model runs in a separate process in which kp2part cannot be
    imported, the network in this process.

    Args:
        saved_model: Directory of the version.
        server: The network that was exported.

    Returns:
        The largest difference of a logit or a probability.

    Raises:
        ValueError: The exported model does not load, rejects a request, returns
            a number that is not finite, or differs by more than `TOLERANCE`.
    """
    requests = sample_requests.requests(server)
    outputs = _outputs(saved_model, requests)
    for name, values in outputs.items():
        if values.dtype == np.float32 and not np.isfinite(values).all():
            raise ValueError(
                f"{saved_model}: `{name}` must be finite numbers. Are the "
                "weights finite?"
            )
    difference = max(
        np.abs(outputs[f"{name}/{key}"] - value).max()
        for name in _COMPARED
        for key, value in _expected(server, name, requests[name]).items()
    )
    if not difference <= TOLERANCE:
        raise ValueError(
            f"{saved_model}: must predict as the network does, within "
            f"{TOLERANCE:g}. The largest difference: {difference:g}"
        )
    return float(difference)


def verify(saved_model: pathlib.Path, server: serving_graph.PartServer):
    """Checks an exported model and logs the largest difference."""
    logging.info(
        "Predicts as the network does: largest difference %.1e, at most %.1e",
        check(saved_model, server),
        TOLERANCE,
    )


def _expected(server, name, inputs) -> dict[str, np.ndarray]:
    if name == "tensors":
        return server.model.predict_on_batch(inputs)
    tensors = {key: tf.convert_to_tensor(v) for key, v in inputs.items()}
    if name == "crops":
        found = server.crops(tensors)
    else:
        found = server.probabilities(**tensors)
    return {key: value.numpy() for key, value in found.items()}


def _outputs(saved_model, requests) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory() as directory:
        paths = [f"{directory}/requests.npz", f"{directory}/responses.npz"]
        np.savez(
            paths[0],
            **{
                f"{name}/{key}": values
                for name, inputs in requests.items()
                for key, values in inputs.items()
            },
        )
        model = str(saved_model.absolute())  # The process starts elsewhere.
        # -I: ignore the working directory and PYTHONPATH.
        done = subprocess.run(
            [sys.executable, "-I", str(_PROBE), model, *paths],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ValueError(
                f"{saved_model}: fails in a process of its own:\n"
                f"{done.stderr[-2000:]}"
            )
        with np.load(paths[1], allow_pickle=True) as archive:
            return dict(archive)

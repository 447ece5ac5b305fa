"""A small synthetic request for each signature.

A server replays them when it loads a version, so that a broken one never goes
live, and `export_check` compares the outputs for them.
"""

import numpy as np
import tensorflow as tf

from kp2part.exporting import serving_graph
from kp2part.schema import keys

HEIGHT, WIDTH = 48, 64


def requests(
    server: serving_graph.PartServer,
) -> dict[str, dict[str, np.ndarray]]:
    """Returns the inputs of each signature: signature -> input -> array.

    Strings are object arrays of bytes. Each input tensor of the network has a
    single value: such tensors are large, but are then stored in a few bytes.
    """
    known = {
        serving_graph.IMAGE_BYTES: np.array([photo()], object),
        keys.KEYPOINTS: keypoints(server.task.num_keypoints)[np.newaxis],
        keys.BOX: np.array([[4, 3, WIDTH - 4, HEIGHT - 5]], np.float32),
        keys.IMAGE: 128.0,
        keys.HEATMAPS: 0.0,
        keys.PRIOR: 1 / server.task.num_parts,
        serving_graph.KEY: np.array(
            [key.encode() for key in server.metadata], object
        ),
    }
    signatures = server.signatures()
    if server.task.num_keypoints < 2:
        del signatures["serving_default"]  # A box needs two keypoints.
    return {
        name: {
            spec.name: _filled(known[spec.name], spec)
            for spec in tf.nest.flatten(specs)
        }
        for name, (_, specs) in signatures.items()
    }


def photo() -> bytes:
    """Returns a PNG file of `HEIGHT` x `WIDTH` px: a disc on a gradient."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    disc = np.hypot(x - WIDTH / 2, y - HEIGHT / 2) < HEIGHT / 3
    pixels = np.stack([3 * x, 4 * y, 200 * disc], -1).astype(np.uint8)
    return tf.io.encode_png(pixels).numpy()


def keypoints(num_keypoints: int) -> np.ndarray:
    """Returns float32 [K, 3], rows of (x, y, v): an ellipse in the photo."""
    angle = 2 * np.pi * np.arange(num_keypoints) / num_keypoints
    x = WIDTH / 2 + 0.4 * WIDTH * np.cos(angle)
    y = HEIGHT / 2 + 0.4 * HEIGHT * np.sin(angle)
    v = np.where(np.arange(num_keypoints) % 3, keys.VISIBLE, keys.OCCLUDED)
    return np.stack([x, y, v], -1).astype(np.float32)


def _filled(value, spec: tf.TensorSpec) -> np.ndarray:
    if np.ndim(value):
        return value.astype(spec.dtype.as_numpy_dtype)
    return np.full([1, *spec.shape[1:]], value, np.float32)

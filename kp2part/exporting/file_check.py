"""Compares a model file, run by its own runtime, with its network."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kp2part.exporting import crop_graph
from kp2part.exporting import sample_requests
from kp2part.schema import keys

# The largest allowed difference of a probability. Runtimes sum in other orders;
# that of the shipped model is 3e-5.
TOLERANCE = 1e-3
# The smallest allowed share of pixels that int8 gives the same part. It is 0.98
# for the shipped model.
AGREEMENT = 0.9

_NUM_COMPARED = 10  # Crops.


def difference(predict: crop_graph.Predict, graph: crop_graph.CropGraph):
    """Returns the largest difference of a probability or quality.

    It is of drawn crops.

    Args:
        predict: Runs the file.
        graph: What the file should compute.

    Raises:
        ValueError: It is not finite or more than `TOLERANCE`.
    """
    inputs = sample(graph)
    expected = _expected(graph, inputs)
    del expected[crop_graph.MASK]
    outputs = predict(inputs)
    # Not Python's `max`, which may pass over NaN.
    found = np.max(
        [np.abs(outputs[name] - x).max() for name, x in expected.items()]
    )
    if not found <= TOLERANCE:  # Nor if it is NaN.
        raise ValueError(
            "The file must predict as the network does, within "
            f"{TOLERANCE:g}. The largest difference: {found:g}"
        )
    return float(found)


def agreement(
    predict: crop_graph.Predict,
    graph: crop_graph.CropGraph,
    crops: Sequence[dict[str, np.ndarray]],
) -> float:
    """Returns the share of pixels that get the network's part, in [0, 1].

    Args:
        predict: Runs the file.
        graph: What the file approximates.
        crops: Its inputs, of which a few are compared.

    Raises:
        ValueError: It is less than `AGREEMENT`.
    """
    name = crop_graph.MASK
    found = np.mean(
        [
            np.mean(predict(crop)[name] == _expected(graph, crop)[name])
            for crop in crops[:: -(-len(crops) // _NUM_COMPARED)]
        ]
    )
    if not found >= AGREEMENT:
        raise ValueError(
            f"int8 must give {AGREEMENT:.0%} of the pixels of crops the part "
            f"that the network gives them. It is {found:.1%}: export without "
            "int8, or calibrate it on the records of training."
        )
    return float(found)


def sample(graph: crop_graph.CropGraph) -> dict[str, np.ndarray]:
    """Returns drawn crops as inputs of a graph, 2 where it takes any number."""
    size = graph.network.task.image_size
    count = graph.batch_size or 2
    image = tf.io.decode_png(sample_requests.photo(), channels=3)
    image = tf.image.resize(image, [size, size]).numpy()
    keypoints = sample_requests.keypoints(graph.network.task.num_keypoints)
    keypoints[:, :2] *= np.float32(size) / [
        sample_requests.WIDTH,
        sample_requests.HEIGHT,
    ]
    images = np.stack([np.roll(image, 8 * i, 0) for i in range(count)])
    moved = np.stack([keypoints + [i, i, 0] for i in range(count)])
    return {
        keys.IMAGE: images,
        keys.KEYPOINTS: moved.astype(np.float32),
    }


def _expected(graph: crop_graph.CropGraph, inputs) -> dict[str, np.ndarray]:
    tensors = {name: tf.convert_to_tensor(v) for name, v in inputs.items()}
    found = graph.outputs_of(**tensors)
    return {name: value.numpy() for name, value in found.items()}

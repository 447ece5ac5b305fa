"""Pastes predictions for crops into masks of whole photos, in a graph."""

import tensorflow as tf

from kp2part.data import crops
from kp2part.data import pasting
from kp2part.schema import task as task_lib

# Only outputs whose names end in _bytes may hold arbitrary bytes: servers
# encode these as base64, and leave others as they are.
MASK_BYTES = "mask_bytes"
AREA = "area"
CONFIDENCE = "confidence"


def paste(probabilities, box, source_size, task: task_lib.Task):
    """Returns masks, with area and confidence of each part.

    Args:
        probabilities: float32 [N, S, S, P], of the crops.
        box: int32 [N, 4], the pixels that the crops were cut from.
        source_size: int32 [N, 2], (height, width) of the photos.
        task: Task of the network.

    Returns:
        mask_bytes: string [N], PNG files; area: int32 [N, P]; confidence:
        float32 [N, P]. See `serving_graph.PartServer.masks`.
    """
    parts = [task.num_parts]
    return tf.map_fn(
        lambda row: _paste_one(*row, task),
        (probabilities, box, source_size),
        fn_output_signature={
            MASK_BYTES: tf.TensorSpec([], tf.string),
            AREA: tf.TensorSpec(parts, tf.int32),
            CONFIDENCE: tf.TensorSpec(parts, tf.float32),
        },
        parallel_iterations=1,  # Each has the pixels of a photo.
    )


def _paste_one(probabilities, box, source_size, task):
    labels, areas, sums = pasting.labels(probabilities, box, task)
    mask = crops.surround(labels, box, source_size)
    around = tf.reduce_prod(source_size) - pasting.area(box)
    return {
        MASK_BYTES: tf.io.encode_png(mask[..., tf.newaxis]),
        AREA: areas + tf.one_hot(0, task.num_parts, around, 0),
        CONFIDENCE: pasting.confidence(areas, sums),
    }

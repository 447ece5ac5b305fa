"""Pastes predictions for crops into masks of whole photos, in a graph."""

import tensorflow as tf

from kp2part.data import crops
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
    )


def _paste_one(probabilities, box, source_size, task):
    prediction = crops.paste(probabilities, box, task.aspect)
    labels = tf.argmax(prediction, axis=-1, output_type=tf.int32)
    mask = crops.surround(tf.cast(labels, tf.uint8), box, source_size)
    return {
        MASK_BYTES: tf.io.encode_png(mask[..., tf.newaxis]),
        AREA: _areas(mask, task.num_parts),
        CONFIDENCE: _confidence(tf.reduce_max(prediction, -1), labels, task),
    }


def _confidence(probability, labels, task):
    # Row by row: a float32 cannot count all pixels of a large photo.
    parts, height = task.num_parts, tf.shape(labels)[0]
    rows = tf.range(height)[:, tf.newaxis]
    sums = tf.math.unsorted_segment_sum(
        probability, labels + parts * rows, parts * height
    )
    sums = tf.reduce_sum(tf.reshape(sums, [-1, parts]), 0)
    counts = tf.cast(_areas(labels, parts), tf.float32)
    # A mean over no pixels would be NaN, which JSON does not support.
    return tf.math.divide_no_nan(sums, counts)


def _areas(labels, num_parts):
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    return tf.math.bincount(labels, minlength=num_parts, maxlength=num_parts)

"""Labels of a photo's pixels from the prediction for a crop, in a graph."""

import tensorflow as tf

from kp2part.data import crops
from kp2part.schema import task as task_lib

# Pixels of a box that have their probabilities in memory at the same time: a
# photo of 40 million would take a gigabyte.
_MAX_AT_ONCE = 1 << 22
_STRIP = 64  # Rows.


def labels(probabilities, box, task: task_lib.Task):
    """Returns the parts in the box of a crop, at the photo's resolution.

    Args:
        probabilities: float32 [S, S, P].
        box: int32 [4], the pixels that the crop was cut from.
        task: Task of the network.

    Returns:
        uint8 [ymax - ymin, xmax - xmin], part ids; int32 [P], the pixels of
        each part; float32 [P], the sum of their probabilities.
    """
    return tf.cond(
        area(box) <= _MAX_AT_ONCE,
        lambda: _at_once(probabilities, box, task),
        lambda: _in_strips(probabilities, box, task),
    )


def confidence(areas, sums):
    """Returns the mean probability of each part, 0 if it has no pixels."""
    # A mean over no pixels would be NaN, which JSON does not support.
    return tf.math.divide_no_nan(sums, tf.cast(areas, tf.float32))


def area(box):
    """Returns the number of pixels of a box int32 [4]."""
    return (box[2] - box[0]) * (box[3] - box[1])


def _at_once(probabilities, box, task):
    return _labels(crops.paste(probabilities, box, task.aspect), task)


def _in_strips(probabilities, box, task):
    """Returns what `_at_once` does, without the box's pixels as floats."""
    size = task.image_size
    content, corner = crops.fit(box, size, task.aspect)
    height, width = box[3] - box[1], box[2] - box[0]
    prediction = tf.slice(
        probabilities,
        tf.concat([corner, [0]], 0),
        tf.concat([content, [-1]], 0),
    )
    # Across at once, down from strip to strip: as `tf.image.resize` does it.
    wide = tf.image.resize(prediction, tf.stack([content[0], width]))
    scale = tf.cast(content[0], tf.float32) / tf.cast(height, tf.float32)

    def strip(top, labels, areas, sums):
        rows = tf.range(top, tf.minimum(top + _STRIP, height))
        found = _labels(
            _down(wide, (tf.cast(rows, tf.float32) + 0.5) * scale), task
        )
        return (
            top + _STRIP,
            labels.write(top // _STRIP, found[0]),
            areas + found[1],
            sums + found[2],
        )

    _, labels, areas, sums = tf.while_loop(
        lambda top, *_: top < height,
        strip,
        (
            0,
            tf.TensorArray(
                tf.uint8,
                -(-height // _STRIP),
                infer_shape=False,
                element_shape=[None, None],
            ),
            tf.zeros([task.num_parts], tf.int32),
            tf.zeros([task.num_parts], tf.float32),
        ),
        parallel_iterations=1,
    )
    return labels.concat(), areas, sums


def _down(rows, edges):
    """Returns rows in between, linearly.

    Args:
        rows: float32 [H, W, P].
        edges: float32 [h], where to look, in pixel edges.
    """
    places = edges - 0.5
    below = tf.math.floor(places)
    low = tf.cast(tf.maximum(below, 0), tf.int32)
    high = tf.minimum(
        tf.cast(tf.math.ceil(places), tf.int32), tf.shape(rows)[0] - 1
    )
    low, high = tf.gather(rows, low), tf.gather(rows, high)
    return low + (high - low) * (places - below)[:, tf.newaxis, tf.newaxis]


def _labels(prediction, task):
    """Returns labels, and the pixels and the sum of the best by part.

    Args:
        prediction: float32 [H, W, P], probabilities.
        task: What the network is asked.

    Returns:
        uint8 [H, W], int32 [P], float32 [P].
    """
    labels = tf.argmax(prediction, axis=-1, output_type=tf.int32)
    best = tf.reduce_max(prediction, -1)
    # Row by row: a float32 cannot count all pixels of a large photo.
    parts, height = task.num_parts, tf.shape(labels)[0]
    rows = tf.range(height)[:, tf.newaxis]
    sums = tf.math.unsorted_segment_sum(
        best, labels + parts * rows, parts * height
    )
    sums = tf.reduce_sum(tf.reshape(sums, [-1, parts]), 0)
    areas = tf.math.bincount(
        tf.reshape(labels, [-1]), minlength=parts, maxlength=parts
    )
    return tf.cast(labels, tf.uint8), areas, sums

"""Mirrors an example, at random."""

import tensorflow as tf

from kp2part.data.ops import example_op
from kp2part.schema import keys


def make(
    keypoint_mirror: tuple[int, ...],
    part_mirror: tuple[int, ...],
    probability: float,
) -> example_op.Op:
    """Returns an op that mirrors an example and swaps left and right labels.

    Reads and writes: image, part_mask, keypoints, and prior_maps if there;
    reads seed.

    Args:
        keypoint_mirror: K ints, see `category.Category`.
        part_mirror: P ints, see `category.Category`.
        probability: Probability to mirror, in [0, 1].
    """
    # Ids beyond P stay as they are: 255 remains "ignore".
    part_ids = [*part_mirror, *range(len(part_mirror), 256)]

    def mirror(example):
        image = example[keys.IMAGE]
        x, y, v = tf.unstack(example[keys.KEYPOINTS], axis=-1)
        width = tf.cast(tf.shape(image)[1], tf.float32)
        mirrored = tf.stack([tf.where(v > 0, width - 1 - x, 0.0), y, v], -1)
        return {
            **example,
            **example_op.with_maps(example, rename),
            keys.IMAGE: tf.reverse(image, axis=[1]),
            keys.KEYPOINTS: tf.gather(mirrored, keypoint_mirror),
            keys.PART_MASK: rename(example[keys.PART_MASK]),
        }

    def rename(labels):
        labels = tf.cast(tf.reverse(labels, axis=[1]), tf.int32)
        return tf.gather(tf.constant(part_ids, tf.uint8), labels)

    def flip(example):
        return tf.cond(
            draw(example[example_op.SEED], probability),
            lambda: mirror(example),
            lambda: example,
        )

    return flip


def draw(seed, probability: float):
    """Returns whether to mirror an example, bool []."""
    return tf.random.stateless_uniform([], seed + [0, 1]) < probability

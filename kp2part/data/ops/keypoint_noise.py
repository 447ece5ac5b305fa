"""Drops and shifts keypoints, at random."""

import tensorflow as tf

from kp2part.data import crops
from kp2part.data.ops import example_op
from kp2part.schema import keys


def make(dropout: float, jitter: float) -> example_op.Op:
    """Returns an op that drops keypoints at random and shifts the others.

    Reads and writes keypoints: float32 [K, 3]; those that leave the crop become
    absent. Reads image (its size) and seed.

    Args:
        dropout: Probability that a keypoint becomes absent, in [0, 1).
        jitter: Standard deviation of the shift along x and y, in pixels of a
            256 px crop.
    """

    def disturb(example):
        keypoints = example[keys.KEYPOINTS]
        size = example[keys.IMAGE].shape[0]
        shift, dropped = draw(
            example[example_op.SEED], keypoints.shape, dropout, jitter, size
        )
        moved = keypoints + shift * tf.constant([1.0, 1.0, 0.0])
        kept = tf.where(dropped[:, tf.newaxis], 0.0, moved)
        return {**example, keys.KEYPOINTS: crops.confine(kept, size)}

    return disturb


def draw(seed, shape, dropout: float, jitter: float, size: int):
    """Returns shifts, float32 [K, 3], and which keypoints to drop, bool [K].

    The third column of the shifts is not used.
    """
    seed = seed + [0, 4]
    shift = tf.random.stateless_normal(shape, seed, stddev=jitter * size / 256)
    draw = tf.random.stateless_uniform(shape[:1], seed + [0, 1])
    return shift, draw < dropout

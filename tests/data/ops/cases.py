"""An example for the tests of ops, and ways to apply an op to it."""

import numpy as np
import tensorflow as tf

from kp2part.data.ops import example_op
from kp2part.schema import keys

K_MIRROR = (1, 0, 2)  # left_ear, right_ear, nose
P_MIRROR = (0, 2, 1)  # background, left_leg, right_leg


def example(size=32, seed=(1, 2)):
    rng = np.random.default_rng(0)
    return {
        keys.IMAGE: tf.constant(
            rng.uniform(0, 255, (size, size, 3)), tf.float32
        ),
        keys.PART_MASK: tf.constant(
            rng.choice([0, 1, 2, 255], (size, size)), tf.uint8
        ),
        keys.KEYPOINTS: tf.constant(
            [[3, 5, 2], [20, 9, 1], [0, 0, 0]], tf.float32
        ),
        example_op.SEED: tf.constant(seed, tf.int32),
    }


def apply(op, value):
    """Runs an op inside tf.data, which differs from running it eagerly."""
    return next(iter(tf.data.Dataset.from_tensors(value).map(op)))


def draw(op, value, count):
    """Applies an op with as many seeds, inside one tf.data pipeline."""
    seeds = tf.data.Dataset.range(count, output_type=tf.int32)
    return list(
        seeds.map(lambda i: op({**value, example_op.SEED: tf.stack([3, i])}))
    )

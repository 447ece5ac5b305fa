"""Changes the colors of an image, at random."""

import tensorflow as tf

from kp2part.data.ops import example_op
from kp2part.schema import keys


def make(strength: float) -> example_op.Op:
    """Returns an op that changes brightness, contrast and saturation.

    Reads and writes image: float32 [S, S, 3], in 0..255; reads seed.

    Args:
        strength: Largest change of each, as a fraction.
    """

    def recolor(example):
        image = example[keys.IMAGE]
        drawn = draw(example[example_op.SEED], strength)
        gray = tf.reduce_mean(image, axis=-1, keepdims=True)
        image = gray + (image - gray) * drawn[0]
        mean = tf.reduce_mean(image)
        image = (mean + (image - mean) * drawn[1]) * drawn[2]
        return {**example, keys.IMAGE: tf.clip_by_value(image, 0.0, 255.0)}

    return recolor


def draw(seed, strength: float):
    """Returns factors of saturation, contrast and brightness: float32 [3]."""
    return tf.random.stateless_uniform(
        [3], seed + [0, 3], 1 - strength, 1 + strength
    )

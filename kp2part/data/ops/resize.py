"""Resizes an example to the size of the network."""

import tensorflow as tf

from kp2part.data import crops
from kp2part.data.ops import example_op
from kp2part.schema import keys


def make(size: int) -> example_op.Op:
    """Returns an op that resizes an example to the network's size.

    Reads and writes:
        image: uint8 or float32 [H, W, 3] -> float32 [size, size, 3].
        part_mask: uint8 [H, W] -> uint8 [size, size].
        keypoints: float32 [K, 3], in pixels.
        prior_maps, if there: uint8 [H, W, N] -> uint8 [size, size, N].
    """

    def resize(example):
        height, width = tf.unstack(tf.shape(example[keys.IMAGE])[:2])
        box = tf.stack([0, 0, width, height])
        return {
            **example,
            **example_op.with_maps(
                example,
                lambda maps: crops.cut_labels(maps, box, size, "stretch", 0),
            ),
            keys.IMAGE: crops.cut_image(
                example[keys.IMAGE], box, size, "stretch"
            ),
            keys.PART_MASK: crops.cut_mask(
                example[keys.PART_MASK], box, size, "stretch"
            ),
            keys.KEYPOINTS: crops.move_keypoints(
                example[keys.KEYPOINTS], box, size, "stretch"
            ),
        }

    return resize

"""Rotates, zooms and shifts an example, at random."""

import tensorflow as tf

from kp2part.data import crops
from kp2part.data import warps
from kp2part.data.ops import example_op
from kp2part.schema import keys


def make(rotation: float, scale: float, translation: float) -> example_op.Op:
    """Returns an op that rotates, zooms and shifts an example about its center.

    Pixels from outside are black in the image and `keys.IGNORE_LABEL` in the
    mask.

    Reads and writes:
        image: float32 [S, S, 3].
        part_mask: uint8 [S, S].
        keypoints: float32 [K, 3]; those that leave the crop become absent.
        prior_maps, if there: uint8 [S, S, N]; background from outside.
    Reads seed. For the arguments see `Augmentation`.
    """

    def move(example):
        size = example[keys.IMAGE].shape[0]
        drawn = draw(example[example_op.SEED])
        angle = drawn[0] * rotation * (3.14159265 / 180)
        zoom = tf.pow(1 + scale, drawn[1])
        shift = drawn[2:] * translation * size
        matrix = _similarity(angle, zoom)
        center = (size - 1) / 2  # In points, whose origin is a pixel's center.
        points = (example[keys.KEYPOINTS][:, :2] - center) @ matrix
        points = points + center + shift
        v = example[keys.KEYPOINTS][:, 2:]
        warp = _inverse_warp(matrix, zoom, shift, center)
        return {
            **example,
            **example_op.with_maps(
                example,
                lambda maps: warps.projective(maps, warp, "NEAREST", 0.0),
            ),
            keys.IMAGE: warps.projective(
                example[keys.IMAGE], warp, "BILINEAR", 0.0
            ),
            keys.PART_MASK: warps.projective(
                example[keys.PART_MASK][..., tf.newaxis],
                warp,
                "NEAREST",
                keys.IGNORE_LABEL,
            )[..., 0],
            keys.KEYPOINTS: crops.confine(tf.concat([points, v], 1), size),
        }

    return move


def draw(seed):
    """Returns rotation, zoom and shift (x, y): float32 [4], in [-1, 1)."""
    return tf.random.stateless_uniform([4], seed + [0, 2], -1, 1)


def _similarity(angle, zoom):
    # For row vectors: points @ matrix.
    cos, sin = tf.cos(angle) * zoom, tf.sin(angle) * zoom
    return tf.stack([tf.stack([cos, sin]), tf.stack([-sin, cos])])


def _inverse_warp(matrix, zoom, shift, center):
    # The image op maps column vectors (x, y) of the output to the input.
    inverse = tf.transpose(matrix) / zoom**2  # For row vectors.
    a, b = inverse[0, 0], inverse[1, 0]
    c, d = inverse[0, 1], inverse[1, 1]
    offset = center - tf.linalg.matvec(tf.transpose(inverse), center + shift)
    row = [a, b, offset[0], c, d, offset[1], 0.0, 0.0]
    return tf.stack(row)

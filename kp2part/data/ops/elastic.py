"""Deforms an example, at random."""

import tensorflow as tf

from kp2part.data import augmentation
from kp2part.data import crops
from kp2part.data import warps
from kp2part.data.ops import example_op
from kp2part.schema import keys


def make(stddev: float) -> example_op.Op:
    """Returns an op that deforms an example by a thin-plate spline.

    Random shifts of a grid of control points define it. Pixels from outside
    repeat the edge, in image and mask alike.

    Reads and writes:
        image: float32 [S, S, 3].
        part_mask: uint8 [S, S].
        keypoints: float32 [K, 3]; those that leave the crop become absent.
        prior_maps, if there: uint8 [S, S, N].
    Reads seed.

    Args:
        stddev: Standard deviation of the shift of each control point along x
            and y, in pixels of a 256 px crop; shifts are at most twice that.
    """

    def bend(example):
        size = example[keys.IMAGE].shape[0]
        points = tf.reshape(
            warps.grid(
                augmentation.ELASTIC_POINTS, augmentation.ELASTIC_POINTS
            ),
            [-1, 2],
        )
        points *= (size - 1) / (
            augmentation.ELASTIC_POINTS - 1
        )  # From corner to corner.
        shift = draw(example[example_op.SEED], stddev, size)
        spline = warps.Spline(points, shift)
        flow = spline(warps.grid(size, size))
        keypoints = example[keys.KEYPOINTS]
        moved = warps.move_points(keypoints[:, :2], spline)
        return {
            **example,
            **example_op.with_maps(
                example, lambda maps: warps.dense(maps, flow, "NEAREST")
            ),
            keys.IMAGE: warps.dense(example[keys.IMAGE], flow),
            keys.PART_MASK: warps.dense(
                example[keys.PART_MASK][..., tf.newaxis], flow, "NEAREST"
            )[..., 0],
            keys.KEYPOINTS: crops.confine(
                tf.concat([moved, keypoints[:, 2:]], 1), size
            ),
        }

    return bend


def draw(seed, stddev: float, size: int):
    """Returns the shift of each control point: float32 [N, 2], in pixels."""
    count = augmentation.ELASTIC_POINTS**2
    return tf.random.stateless_truncated_normal(
        [count, 2], seed + [0, 6], stddev=stddev * size / 256
    )

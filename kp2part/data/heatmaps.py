"""Heatmaps of keypoints and bones, drawn on the fly and never stored."""

from collections.abc import Sequence

import tensorflow as tf

from kp2part.schema import task as task_lib


def draw_pose(keypoints, task: task_lib.Task):
    """Returns the heatmaps that a network of a task takes as input.

    Args:
        keypoints: float32 [B, K, 3], rows of (x, y, v), in pixels of the crop.
        task: Size, standard deviation, and whether to draw bones as well.

    Returns:
        float32 [B, S, S, `task.num_heatmaps`], in [0, 1].
    """
    size, sigma = task.image_size, task.heatmap_sigma
    points = draw_points(keypoints, size, sigma)
    if not task.bones:
        return points
    skeleton = task.category.skeleton_indices
    return tf.concat([points, draw_bones(keypoints, skeleton, size, sigma)], -1)


def draw_points(keypoints, size: int, sigma: float):
    """Returns one Gaussian per keypoint; blank where v = 0.

    Args:
        keypoints: float32 [B, K, 3], rows of (x, y, v), in pixels.
        size: Side S of the maps, in pixels.
        sigma: Standard deviation, in pixels.

    Returns:
        float32 [B, S, S, K], in [0, 1]; 1 at a keypoint on a pixel's center.
    """
    pixels = tf.range(size, dtype=tf.float32)[:, tf.newaxis]
    x, y, v = tf.unstack(keypoints[:, tf.newaxis], axis=-1)  # [B, 1, K]
    # A 2-D Gaussian is the product of two 1-D ones: 2 S exps, not S^2.
    down = tf.exp(-(((pixels - y) / sigma) ** 2) / 2)  # [B, S, K]
    across = tf.exp(-(((pixels - x) / sigma) ** 2) / 2)
    across = across * tf.cast(v > 0, tf.float32)
    return down[:, :, tf.newaxis] * across[:, tf.newaxis]


def draw_bones(
    keypoints, skeleton: Sequence[tuple[int, int]], size: int, sigma: float
):
    """Returns one soft line per bone; blank where an end has v = 0.

    Args:
        keypoints: float32 [B, K, 3], rows of (x, y, v), in pixels.
        skeleton: E pairs of keypoint indices.
        size: Side S of the maps, in pixels.
        sigma: Standard deviation of a line's profile, in pixels.

    Returns:
        float32 [B, S, S, E], in [0, 1]; 1 on the segment between the ends.
    """
    first, last = zip(*skeleton, strict=True)
    begin = tf.gather(keypoints, first, axis=1)[:, tf.newaxis]  # [B, 1, E, 3]
    along = tf.gather(keypoints, last, axis=1)[:, tf.newaxis] - begin
    pixels = tf.range(size, dtype=tf.float32)[:, tf.newaxis]
    x, y = pixels - begin[..., 0], pixels - begin[..., 1]  # [B, S, E]
    dx, dy = along[..., 0], along[..., 1]  # [B, 1, E]
    # Relative to the start of the bone, for every pixel (row, column).
    dot = (y * dy)[:, :, tf.newaxis] + (x * dx)[:, tf.newaxis]
    squared = (y * y)[:, :, tf.newaxis] + (x * x)[:, tf.newaxis]
    length = (dx * dx + dy * dy)[:, tf.newaxis]  # Squared.
    nearest = tf.clip_by_value(dot / tf.maximum(length, 1e-6), 0.0, 1.0)
    squared += nearest * (nearest * length - 2 * dot)
    v = tf.gather(keypoints[..., 2], tf.constant(skeleton), axis=1) > 0
    shown = tf.cast(tf.reduce_all(v, -1), tf.float32)[:, tf.newaxis, tf.newaxis]
    return tf.exp(squared / (-2 * sigma**2)) * shown

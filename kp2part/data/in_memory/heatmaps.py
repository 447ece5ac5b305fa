"""Heatmaps of keypoints and bones with `keras.ops`, as `data.heatmaps`."""

from collections.abc import Sequence

from keras import ops
import numpy as np

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
    points = _draw_points(keypoints, size, sigma)
    if not task.bones:
        return points
    skeleton = task.category.skeleton_indices
    bones = _draw_bones(keypoints, skeleton, size, sigma)
    return ops.concatenate([points, bones], -1)


def _draw_points(keypoints, size: int, sigma: float):
    pixels = ops.arange(size, dtype="float32")[:, None]
    x, y, v = (keypoints[:, None, :, i] for i in range(3))  # [B, 1, K]
    down = ops.exp(-(((pixels - y) / sigma) ** 2) / 2)  # [B, S, K]
    across = ops.exp(-(((pixels - x) / sigma) ** 2) / 2)
    across = across * ops.cast(v > 0, "float32")
    return down[:, :, None] * across[:, None]


def _draw_bones(
    keypoints, skeleton: Sequence[tuple[int, int]], size: int, sigma: float
):
    first, last = np.array(skeleton, np.int32).T
    begin = ops.take(keypoints, first, axis=1)[:, None]  # [B, 1, E, 3]
    along = ops.take(keypoints, last, axis=1)[:, None] - begin
    pixels = ops.arange(size, dtype="float32")[:, None]
    x, y = pixels - begin[..., 0], pixels - begin[..., 1]  # [B, S, E]
    dx, dy = along[..., 0], along[..., 1]  # [B, 1, E]
    # Relative to the start of the bone, for every pixel (row, column).
    dot = (y * dy)[:, :, None] + (x * dx)[:, None]
    squared = (y * y)[:, :, None] + (x * x)[:, None]
    length = (dx * dx + dy * dy)[:, None]  # Squared.
    nearest = ops.clip(dot / ops.maximum(length, 1e-6), 0.0, 1.0)
    squared = squared + nearest * (nearest * length - 2 * dot)
    v = ops.take(keypoints[..., 2], np.array(skeleton, np.int32), axis=1) > 0
    shown = ops.cast(ops.all(v, -1), "float32")[:, None, None]
    return ops.exp(squared / (-2 * sigma**2)) * shown

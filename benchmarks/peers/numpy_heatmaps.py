"""Heatmaps of keypoints and bones with NumPy, by the formulas of kp2part.

Either of all pixels, or only of those near a keypoint or bone: what is left out
is less than 0.0004.
"""

import numpy as np

_REACH = 4  # Standard deviations.


def whole(
    keypoints: np.ndarray, skeleton: np.ndarray, size: int, sigma: float
) -> np.ndarray:
    """Returns maps of keypoints and bones, float32 [S, S, K + E].

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels.
        skeleton: int [E, 2], the keypoints at the ends of bones.
        size: Side S, in pixels.
        sigma: Standard deviation, in pixels.
    """
    x, y, v = keypoints.T
    pixels = np.arange(size, dtype=np.float32)[:, None]
    points = _bell(pixels - y, sigma)[:, None] * (
        _bell(pixels - x, sigma) * (v > 0)
    )
    begin, end = keypoints[skeleton[:, 0]], keypoints[skeleton[:, 1]]
    shown = (begin[:, 2] > 0) & (end[:, 2] > 0)
    bones = _bones(pixels, pixels, begin, end, sigma) * shown
    return np.concatenate([points, bones], -1)


def near(
    keypoints: np.ndarray, skeleton: np.ndarray, size: int, sigma: float
) -> np.ndarray:
    """Returns what `whole` does, but for values below 0.0004, which are 0."""
    maps = np.zeros((size, size, len(keypoints) + len(skeleton)), np.float32)
    for i, row in enumerate(keypoints):
        if row[2] > 0:
            rows, columns = _window(row[None], size, sigma)
            down, across = (
                _bell(rows - row[1], sigma),
                _bell(columns - row[0], sigma),
            )
            _put(maps, rows, columns, i, down[:, None] * across)
    for i, pair in enumerate(skeleton, len(keypoints)):
        ends = keypoints[pair]
        if (ends[:, 2] > 0).all():
            rows, columns = _window(ends, size, sigma)
            bone = _bones(
                rows[:, None], columns[:, None], ends[:1], ends[1:], sigma
            )
            _put(maps, rows, columns, i, bone[..., 0])
    return maps


def _bell(distance: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-((distance / sigma) ** 2) / 2)


def _bones(rows, columns, begin, end, sigma) -> np.ndarray:
    """Returns [h, w, E] for rows [h, 1] and columns [w, 1]."""
    x, y = columns - begin[:, 0], rows - begin[:, 1]
    dx, dy = (end - begin).T[:2]
    dot = (y * dy)[:, None] + (x * dx)[None]
    squared = (y * y)[:, None] + (x * x)[None]
    length = dx * dx + dy * dy
    nearest = np.clip(dot / np.maximum(length, 1e-6), 0, 1)
    squared += nearest * (nearest * length - 2 * dot)
    return np.exp(squared / np.float32(-2 * sigma**2))


def _window(ends: np.ndarray, size: int, sigma: float) -> tuple:
    """Returns rows and columns near some points, float32 each."""
    low = np.maximum(ends[:, :2].min(0) - _REACH * sigma, 0).astype(int)
    high = np.minimum(ends[:, :2].max(0) + _REACH * sigma + 1, size).astype(int)
    columns, rows = (
        np.arange(a, b, dtype=np.float32)
        for a, b in zip(low, high, strict=True)
    )
    return rows, columns


def _put(maps, rows, columns, channel, values):
    top, left = int(rows[0]), int(columns[0])
    height, width = values.shape
    maps[top : top + height, left : left + width, channel] = values

"""Bilinear resizing with antialiasing, as `tf.image.resize` does it."""

import functools

import numpy as np


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Returns an image of another size.

    Args:
        image: uint8 or float32 [H, W, C].
        height: Of the result, in pixels.
        width: Likewise.

    Returns:
        float32 [height, width, C]; by a rounding error beyond the range.
    """
    rows = _resize_rows(image, height)
    return _resize_rows(rows.swapaxes(0, 1), width).swapaxes(0, 1)


def _resize_rows(image: np.ndarray, size: int) -> np.ndarray:
    if len(image) == size:
        return image.astype(np.float32)
    resized = np.zeros((size, *image.shape[1:]), np.float32)
    for rows, weights in zip(*_taps(len(image), size), strict=True):
        resized += weights * image[rows]
    return resized


@functools.lru_cache(8)
def _taps(before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns which of the old rows a row is made of, and their weights.

    Returns:
        int64 [N, after], and float32 [N, after, 1, 1]: a triangle.
    """
    scale = max(before / after, 1)  # Wider if shrunk: against aliasing.
    centers = (np.arange(after) + 0.5) * (before / after) - 0.5
    reach = np.arange(int(np.ceil(2 * scale)) + 1)[:, np.newaxis]
    rows = np.ceil(centers - scale).astype(np.int64) + reach
    weights = np.maximum(1 - np.abs(rows - centers) / scale, 0)
    weights *= (rows >= 0) & (rows < before)
    weights = (weights / weights.sum(0)).astype(np.float32)
    rows = np.clip(rows, 0, before - 1)
    return rows, weights[..., np.newaxis, np.newaxis]

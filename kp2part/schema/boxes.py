"""Boxes: (xmin, ymin, xmax, ymax) in pixel edges, see `keys`."""

from collections.abc import Sequence

import numpy as np

Box = tuple[float, float, float, float]


def extent(mask: np.ndarray) -> Box | None:
    """Returns the box around all pixels of a mask, None if there are none.

    Args:
        mask: bool [H, W].
    """
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    if not rows.size:
        return None
    return (
        float(columns[0]),
        float(rows[0]),
        float(columns[-1] + 1),
        float(rows[-1] + 1),
    )


def iou(first: Sequence[Box], second: Sequence[Box]) -> np.ndarray:
    """Returns intersection over union of every pair of boxes.

    Args:
        first: M boxes.
        second: N boxes.

    Returns:
        float64 [M, N], in [0, 1]; 0 where both boxes are empty.
    """
    a = np.asarray(first, np.float64).reshape(-1, 1, 4)
    b = np.asarray(second, np.float64).reshape(1, -1, 4)
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a, b)[..., 2:]
    intersection = np.prod(np.maximum(high - low, 0), axis=-1)
    union = _area(a) + _area(b) - intersection
    return intersection / np.where(union > 0, union, 1)


def _area(boxes: np.ndarray) -> np.ndarray:
    return np.prod(np.maximum(boxes[..., 2:] - boxes[..., :2], 0), axis=-1)

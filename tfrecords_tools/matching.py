"""Boxes: overlap, and which box of one list is which of another.

A box is (xmin, ymin, xmax, ymax) in pixel edges, see `kp2part.schema`.
"""

from collections.abc import Sequence

import numpy as np
import scipy.optimize

Box = tuple[float, float, float, float]


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


def match(
    first: Sequence[Box], second: Sequence[Box], min_iou: float
) -> dict[int, int]:
    """Returns the one-to-one assignment with the largest sum of IoUs.

    Args:
        first: M boxes.
        second: N boxes.
        min_iou: Pairs below are no match, whatever else there is.

    Returns:
        For each index into `first` that has a match, the index into `second`.
    """
    scores = iou(first, second)
    scores = np.where(scores >= min_iou, scores, 0)
    rows, columns = scipy.optimize.linear_sum_assignment(scores, maximize=True)
    return {
        int(i): int(j)
        for i, j in zip(rows, columns, strict=True)
        if scores[i, j] > 0
    }


def match_classes(
    first: Sequence[tuple[str, Box]],
    second: Sequence[tuple[str, Box]],
    min_iou: float,
) -> dict[int, int]:
    """Returns `match`, of boxes with the same class name only.

    Args:
        first: M pairs of class name and box.
        second: N pairs of class name and box.
        min_iou: See `match`.
    """
    matches = {}
    for class_name in sorted({name for name, _ in first}):
        rows, columns = (
            [i for i, (name, _) in enumerate(boxes) if name == class_name]
            for boxes in (first, second)
        )
        found = match(
            [first[i][1] for i in rows],
            [second[j][1] for j in columns],
            min_iou,
        )
        matches.update({rows[i]: columns[j] for i, j in found.items()})
    return matches


def _area(boxes: np.ndarray) -> np.ndarray:
    return np.prod(np.maximum(boxes[..., 2:] - boxes[..., :2], 0), axis=-1)

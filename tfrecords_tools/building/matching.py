"""Matches the boxes of two lists by their overlap.

A box is (xmin, ymin, xmax, ymax) in pixel edges, see `kp2part.schema`.
"""

from collections.abc import Sequence

import numpy as np
import scipy.optimize

from kp2part.formats.names import vocabulary
from kp2part.schema import boxes


def match(
    first: Sequence[boxes.Box], second: Sequence[boxes.Box], min_iou: float
) -> dict[int, int]:
    """Returns the one-to-one assignment with the largest sum of IoUs.

    Args:
        first: M boxes.
        second: N boxes.
        min_iou: Pairs with a lower IoU never match.

    Returns:
        For each index into `first` that has a match, the index into `second`.
    """
    return _assign(boxes.iou(first, second), min_iou)


def match_classes(
    first: Sequence[tuple[str, boxes.Box]],
    second: Sequence[tuple[str, boxes.Box]],
    min_iou: float,
) -> dict[int, int]:
    """Returns `match` among boxes of the same class; `ANY_CLASS` is each.

    Args:
        first: M pairs of class name and box.
        second: N pairs of class name and box.
        min_iou: See `match`.
    """
    if any(name == vocabulary.ANY_CLASS for name, _ in (*first, *second)):
        return _match_any(first, second, min_iou)
    matches = {}
    for class_name in sorted({name for name, _ in first}):
        rows, columns = (
            [i for i, (name, _) in enumerate(named) if name == class_name]
            for named in (first, second)
        )
        found = match(
            [first[i][1] for i in rows],
            [second[j][1] for j in columns],
            min_iou,
        )
        matches.update({rows[i]: columns[j] for i, j in found.items()})
    return matches


def _match_any(first, second, min_iou: float) -> dict[int, int]:
    scores = boxes.iou([box for _, box in first], [box for _, box in second])
    fits = [
        [
            theirs == ours or vocabulary.ANY_CLASS in (theirs, ours)
            for theirs, _ in second
        ]
        for ours, _ in first
    ]
    return _assign(np.where(np.reshape(fits, scores.shape), scores, 0), min_iou)


def _assign(scores: np.ndarray, min_iou: float) -> dict[int, int]:
    scores = np.where(scores >= min_iou, scores, 0)
    rows, columns = scipy.optimize.linear_sum_assignment(scores, maximize=True)
    return {
        int(i): int(j)
        for i, j in zip(rows, columns, strict=True)
        if scores[i, j] > 0
    }

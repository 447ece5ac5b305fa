"""Compares two networks image by image, on the same images.

The difference of two scores has a narrower interval than the scores: images
that are hard are hard for both.
"""

from collections.abc import Callable
import dataclasses
import functools

import numpy as np

from kp2part.evaluation import metrics


@dataclasses.dataclass(frozen=True)
class Change:
    """A score before and after, in [0, 1]; NaN where it is undefined.

    Attributes:
        before: Of the one network, over the pooled pixels of all images.
        after: Of the other.
        low: End of the 95 % interval of `after - before`, from a paired
            bootstrap over images.
        high: Its other end.
    """

    before: float
    after: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        """The difference, `after - before`."""
        return self.after - self.before


def mean_iou(before: np.ndarray, after: np.ndarray) -> Change:
    """Returns the change of the mean IoU of all parts.

    Args:
        before: int64 [N, P, P], see `metrics.confusion`.
        after: The same of the same images.
    """
    return _change(before, after, metrics.mean_iou)


def mean_iou_foreground(before: np.ndarray, after: np.ndarray) -> Change:
    """Returns the change of the mean IoU without background."""
    without = functools.partial(metrics.mean_iou, background=False)
    return _change(before, after, without)


def part_iou(before: np.ndarray, after: np.ndarray, part: int) -> Change:
    """Returns the change of the IoU of one part, by its id."""
    return _change(before, after, lambda matrix: metrics.iou(matrix)[..., part])


def by_image(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Returns the change of each image's mean IoU, float64 [N] in [-1, 1]."""
    return metrics.mean_iou(after) - metrics.mean_iou(before)


def largest(changes: np.ndarray) -> np.ndarray:
    """Returns which images have changes above 0, the largest change first.

    Args:
        changes: float64 [N], as `by_image` returns; NaN counts as none.

    Returns:
        int64 [M], places in `changes`.
    """
    order = np.argsort(-changes, kind="stable")
    return order[changes[order] > 0]


def _change(before: np.ndarray, after: np.ndarray, score: Callable) -> Change:
    def difference(pair):
        low, high = (score(pair[..., i, :, :]) for i in (0, 1))
        return high - low

    pairs = np.stack([before, after], 1)
    low, high = metrics.bootstrap(pairs, difference)
    ends = score(before.sum(0)), score(after.sum(0)), low, high
    return Change(*map(float, ends))

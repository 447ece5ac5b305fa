"""The effects of keypoints over many objects: which matters to which part."""

from collections.abc import Sequence
import dataclasses

import numpy as np

from kp2part.explanation import keypoint_effects
from kp2part.schema import category as category_lib


@dataclasses.dataclass(frozen=True)
class Summary:
    """Means over objects in which a keypoint and a part are known.

    Attributes:
        iou: float64 [K, P], of `Effects.iou`; NaN if no object has both.
        area: float64 [K, P], of `Effects.area`.
        follow: float64 [K, P], of `Effects.follow`.
        counts: int64 [K, P], the objects in each mean of `iou`.
        num_objects: All objects.
    """

    iou: np.ndarray
    area: np.ndarray
    follow: np.ndarray
    counts: np.ndarray
    num_objects: int

    def to_json(self, category: category_lib.Category) -> dict:
        """Returns plain numbers by keypoint and part; None where unknown."""
        tables = {
            "iou_without_keypoint": self.iou,
            "area_without_keypoint": self.area,
            "follows_pushed_keypoint": self.follow,
            "num_objects_of_iou": self.counts,
        }
        return {
            "num_objects": self.num_objects,
            **{name: _named(x, category) for name, x in tables.items()},
        }


def summarize(effects: Sequence[keypoint_effects.Effects]) -> Summary:
    """Returns the means over objects, of which there is at least one."""
    iou = np.stack([x.iou for x in effects])
    return Summary(
        _mean(iou),
        _mean(np.stack([x.area for x in effects])),
        _mean(np.stack([x.follow for x in effects])),
        np.isfinite(iou).sum(0),
        len(effects),
    )


def _mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    count = known.sum(0)
    total = np.where(known, values, 0).sum(0)
    return np.divide(
        total, count, out=np.full(count.shape, np.nan), where=count > 0
    )


def _named(values: np.ndarray, category: category_lib.Category) -> dict:
    return {
        keypoint: {
            part: value if np.isfinite(value) else None
            for part, value in zip(category.parts, row.tolist(), strict=True)
        }
        for keypoint, row in zip(category.keypoints, values, strict=True)
    }

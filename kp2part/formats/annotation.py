"""The keypoints of one object, independent of the annotation format."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math

import numpy as np

from kp2part.schema import boxes
from kp2part.schema import category as category_lib

_NUMBERS = {int, float}  # Not `bool`, which is an `int` to `isinstance`.


@dataclasses.dataclass(frozen=True)
class KeypointAnnotation:
    """The keypoints of one object.

    Attributes:
        class_name: E.g. "horse".
        box: Around the object, in pixel edges of the photo.
        keypoints: float32 [K, 3], rows of (x, y, v) in pixels of the photo, in
            the category's order; an absent keypoint is (0, 0, 0).
        source: File and object, for messages.
    """

    class_name: str
    box: boxes.Box
    keypoints: np.ndarray
    source: str


def make(
    class_name: str,
    box: boxes.Box,
    points: Mapping[str, tuple[float, float, int]],
    *,
    category: category_lib.Category,
    format_name: str,
    source: str,
) -> KeypointAnnotation:
    """Returns the annotation, with named keypoints in a category's order.

    Args:
        class_name: E.g. "horse".
        box: Around the object, in pixel edges of the photo.
        points: (x, y, v) by annotated name, v as in COCO.
        category: Its keypoints that `points` lacks are absent.
        format_name: Which of the category's `keypoint_aliases` to use.
        source: File and object, for messages.
    """
    aliases = category.keypoint_aliases.get(format_name, {})
    rows = np.zeros((len(category.keypoints), 3), np.float32)
    for name, (x, y, v) in points.items():
        ours = aliases.get(name, name)
        if ours not in category.keypoints:
            raise ValueError(
                f"{source}: unknown keypoint {name!r}. Add it to `keypoints` "
                f"of category {category.name!r}, or to its "
                f"`keypoint_aliases` for {format_name!r}."
            )
        if v > 0:
            rows[category.keypoints.index(ours)] = x, y, v
    return KeypointAnnotation(class_name, box, rows, source)


def check_numbers(
    values: object, count: int, source: str, field: str
) -> Sequence[float]:
    """Returns `values` if it is a list of `count` finite numbers.

    Args:
        values: Any JSON value.
        count: The required number of values.
        source: File and object, for the message.
        field: Name of the field, for the message.
    """
    if (
        not isinstance(values, list)
        or len(values) != count
        or not _NUMBERS.issuperset(map(type, values))
        or not all(map(math.isfinite, values))
    ):
        raise ValueError(
            f"{source}: `{field}` must be {count} finite numbers. "
            f"Received: {values!r:.80}"
        )
    return values

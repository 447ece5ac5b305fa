"""The keypoints of one object, independent of the annotation format."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

import numpy as np

from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.schema import boxes

# No photo is so large: what is farther off is no coordinate of a pixel.
MAX_COORDINATE = 1e6
_NUMBERS = {int, float}  # Not `bool`, which is an `int` to `isinstance`.


@dataclasses.dataclass(frozen=True)
class KeypointAnnotation:
    """The keypoints of one object.

    Attributes:
        class_name: E.g. "horse"; `vocabulary.ANY_CLASS` if the file does not
            say which.
        box: Around the object, in pixel edges of the photo; None if the file
            does not say.
        keypoints: float32 [K, 3], rows of (x, y, v) in pixels of the photo, in
            the category's order; an absent keypoint is (0, 0, 0).
        source: File and object, for messages.
        instance: Which individual or track it is, as the file names it; ""
            if it does not.
    """

    class_name: str
    box: boxes.Box | None
    keypoints: np.ndarray
    source: str
    instance: str = ""


def make(
    class_name: str,
    box: boxes.Box | None,
    points: Mapping[str, tuple[float, float, int]],
    *,
    vocabulary: vocabulary_lib.Vocabulary,
    format_name: str,
    source: str,
    instance: str = "",
) -> KeypointAnnotation:
    """Returns the annotation, with named keypoints in a category's order.

    Args:
        class_name: E.g. "horse".
        box: Around the object, in pixel edges of the photo, if known.
        points: (x, y, v) by annotated name, v as in COCO.
        vocabulary: Of the category; its keypoints that `points` lacks are
            absent.
        format_name: Which of the category's `keypoint_aliases` to use.
        source: File and object, for messages.
        instance: Which individual or track it is, if known.
    """
    names = vocabulary.keypoints_of(points, format_name, source)
    keypoints = vocabulary.category.keypoints
    rows = np.zeros((len(keypoints), 3), np.float32)
    for name, (x, y, v) in points.items():
        if v > 0 and (ours := names[name]) is not None:
            rows[keypoints.index(ours)] = x, y, v
    return KeypointAnnotation(class_name, box, rows, source, instance)


def check_numbers(
    values: object, count: int, source: str, field: str
) -> Sequence[float]:
    """Returns `values` if it is a list of `count` coordinates.

    Args:
        values: Any JSON value.
        count: The required number of values.
        source: File and object, for the message.
        field: Name of the field, for the message.
    """
    if (
        isinstance(values, list)
        and len(values) == count
        and all(map(is_coordinate, values))
    ):
        return values
    raise ValueError(
        f"{source}: `{field}` must be {count} finite numbers. "
        f"Received: {identity.shown(values)}"
    )


def is_coordinate(value: Any) -> bool:
    """Returns whether a value is a number that pixels can have."""
    return type(value) in _NUMBERS and abs(value) <= MAX_COORDINATE


def check_row(row: object, where: str) -> tuple[float, float, float]:
    """Returns a row [x, y, v]; (0, 0, 0) where v is 0, whatever x and y are.

    Args:
        row: Any JSON value.
        where: File, object and keypoint, for the message.
    """
    if isinstance(row, list | tuple) and len(row) == 3:
        x, y, v = row
        if _is_zero(v) and _is_nothing(x) and _is_nothing(y):
            return 0, 0, 0
        if all(map(is_coordinate, row)):
            return x, y, v
    raise ValueError(
        f"{where}: `[x, y, v]` must be 3 finite numbers. "
        f"Received: {identity.shown(row)}"
    )


def _is_zero(v) -> bool:
    return type(v) in _NUMBERS and v == 0


def _is_nothing(x) -> bool:
    # What tools write for "nowhere": null, NaN, or any number.
    return x is None or type(x) in _NUMBERS

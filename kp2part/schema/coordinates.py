"""Checks that keypoints, boxes and sizes belong to the photo they come with.

Coordinates of a scaled copy, in percent, in 0..1, or with y before x give a
wrong mask without an error, so they are refused here, with the likely reason.
"""

from collections.abc import Sequence

import numpy as np

from kp2part.schema import boxes

# Annotators click a little outside, as a fraction of the photo's longer side.
TOLERANCE = 0.05
_FAR = 0.5
_STRAY = 0.2  # Of the keypoints: one of five may be a mistake.
_BOX_MARGIN = 0.25  # Of the sides of a box.
_FEW_PIXELS = 2
_PERCENT = 100
_MIN_EXTENT = 25  # In percent: an object that is worth annotating.

Size = tuple[int, int]


def check_size(declared: tuple[int | None, int | None], size: Size, where: str):
    """Checks the size of a photo in its annotation file.

    Args:
        declared: (height, width) in the file, in pixels; None if unknown.
        size: (height, width) of the photo.
        where: File and object, for the message.

    Raises:
        ValueError: The sizes differ; the message has the likely reason.
    """
    if all(a in (None, b) for a, b in zip(declared, size, strict=True)):
        return
    height, width = (x or "?" for x in declared)
    raise ValueError(
        f"{where}: `width` and `height` must be those of the photo, "
        f"{_text(size)}. Received: {width} x {height}."
        f"{_size_hint(declared, size)}"
    )


def check_keypoints(
    keypoints: np.ndarray,
    size: Size,
    where: str,
    names: Sequence[str] = (),
    box: boxes.Box | None = None,
):
    """Checks that the keypoints of an object can be pixels of a photo.

    A single keypoint may lie outside, as data sets have such, unless it is far
    away or there are few.

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v).
        size: (height, width) of the photo.
        where: File and object, for messages.
        names: Names of the K keypoints, for messages; by default numbers.
        box: Around the object, in pixel edges, if known.

    Raises:
        ValueError: They cannot; the message has the likely reason.
    """
    visible = keypoints[:, 2] > 0
    points = np.asarray(keypoints[visible, :2], np.float64)
    if not len(points):
        return
    outside = ~_are_inside(points, size)
    if _are_many(outside) or not _are_inside(points, size, _FAR).all():
        worst = int(np.flatnonzero(visible)[outside.argmax()])
        x, y = keypoints[worst, :2]
        name = names[worst] if names else f"keypoint {worst}"
        raise ValueError(
            f"{where}: keypoints must lie in the photo, {_text(size)}. "
            f"Received: {name} at ({x:g}, {y:g})."
            f"{_outside_hint(points, size)}"
        )
    _check_extent(points, size, where)
    if box is None:
        _check_percent(points, size, where)
    else:
        _check_in_box(points, size, box, where)


def check_box(box: boxes.Box, size: Size, where: str):
    """Checks that a box can be one of a photo.

    Args:
        box: (xmin, ymin, xmax, ymax), in pixel edges.
        size: (height, width) of the photo.
        where: File and object, for the message.
    """
    # In pixel edges the last corner is one further than the last pixel.
    corners = np.reshape(np.asarray(box, np.float64), (2, 2)) - [[0], [1]]
    if not _are_inside(corners, size).all():
        raise ValueError(
            f"{where}: the box must lie in the photo, {_text(size)}. "
            f"Received: {tuple(float(x) for x in box)}."
            f"{_outside_hint(corners, size)}"
        )


def _are_many(outside: np.ndarray) -> bool:
    return outside.sum() > 1 or outside.mean() > _STRAY


def _are_inside(points: np.ndarray, size: Size, tolerance: float = TOLERANCE):
    # Comparisons with NaN are false: it is outside.
    margin = tolerance * max(size)
    last = np.array([size[1] - 1, size[0] - 1])
    return ((points >= -margin) & (points <= last + margin)).all(axis=-1)


def _check_extent(points: np.ndarray, size: Size, where: str):
    extent = np.ptp(points, axis=0).max()
    if len(points) < 3 or extent > _FEW_PIXELS or max(size) <= _FEW_PIXELS:
        return
    hint = ""
    if points.min() >= 0 and points.max() <= 1:
        hint = " Are they fractions of the photo's sides?"
    raise ValueError(
        f"{where}: keypoints must not all lie within {_FEW_PIXELS} pixels. "
        f"Received: {extent:.3g} pixels.{hint}"
    )


def _check_percent(points: np.ndarray, size: Size, where: str):
    if (
        len(points) >= 3
        and min(size) > 2 * _PERCENT
        and points.min() >= 0
        and points.max() <= _PERCENT
        and np.ptp(points, axis=0).min() >= _MIN_EXTENT
    ):
        raise ValueError(
            f"{where}: keypoints look like percent of the photo's sides: all "
            f"are in 0..{_PERCENT}, and the photo has {_text(size)}. If they "
            "are pixels, give a box as well."
        )


def _check_in_box(points: np.ndarray, size: Size, box: boxes.Box, where: str):
    inside = _are_in_box(points, box)
    if inside.mean() > 0.5:
        return
    hint = _box_hint(points, size, box)
    # Of truncated objects some keypoints may lie outside.
    if hint or (len(points) >= 3 and not inside.any()):
        raise ValueError(
            f"{where}: keypoints must lie in the box of their object, "
            f"{tuple(float(x) for x in box)}. Received: {(~inside).sum()} of "
            f"{len(points)} outside.{hint}"
        )


def _box_hint(points: np.ndarray, size: Size, box: boxes.Box) -> str:
    sides = np.array([size[1], size[0]])
    if _are_in_box(points[:, ::-1], box).all():
        return " Are x and y swapped?"
    if _are_in_box(points / _PERCENT * sides, box).all():
        return " Are they percent of the photo's sides?"
    return ""


def _are_in_box(points: np.ndarray, box: boxes.Box):
    low, high = np.reshape(np.asarray(box, np.float64), (2, 2))
    margin = _BOX_MARGIN * (high - low) + _FEW_PIXELS
    return ((points >= low - margin) & (points <= high + margin)).all(axis=-1)


def _outside_hint(points: np.ndarray, size: Size) -> str:
    if _are_inside(points[:, ::-1], size).all():
        return " Are x and y swapped?"
    return " Were they annotated on a copy of another size, or before rotation?"


def _size_hint(declared, size: Size) -> str:
    height, width = declared
    if (width, height) == size:
        return " Was the photo rotated, e.g. by its EXIF tag?"
    return " Was it annotated on a scaled or cropped copy?"


def _text(size: Size) -> str:
    return f"{size[1]} x {size[0]} pixels"

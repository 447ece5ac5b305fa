"""Reads a `segmentation` of COCO: polygons, or run lengths as list or text.

CVAT's run lengths, by rows and within a box, are read too, and Label Studio's
brush.

Run lengths are checked before they are used: pycocotools writes beyond its
memory for some broken texts.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from kp2part.formats.masks import brush_rle
from kp2part.formats.names import identity
from kp2part.formats.poses import annotation
from kp2part.schema import coordinates

Size = tuple[int, int]
BOX = "box"  # [left, top, width, height]: run lengths are those of CVAT.
BRUSH = "brush"  # Bytes of Label Studio.
_TEXT = frozenset(range(48, 48 + 64))  # Six bits a character.


def read(value: Any, size: Size, where: str) -> np.ndarray | None:
    """Returns the mask of a segmentation, bool [H, W]; None if it has none.

    Args:
        value: Any JSON value.
        size: (height, width) of the photo.
        where: File and annotation, for messages.

    Raises:
        ValueError: It is broken, or of a photo of another size.
    """
    if value is None or value == []:
        return None
    where = f"{where}: `segmentation`"
    if isinstance(value, list):
        return _polygons(value, size, where)
    if isinstance(value, dict) and "counts" in value:
        return _run_lengths(value, size, where)
    if isinstance(value, dict) and BRUSH in value:
        return brush_rle.decode(value[BRUSH], *size, where)
    raise ValueError(
        f"{where} must be a list of polygons, or an object with `size` and "
        f"`counts`. Received: {identity.shown(value)}"
    )


def size_of(value: Any) -> Size | None:
    """Returns the (height, width) that run lengths say, None if they do not."""
    sides = value.get("size") if isinstance(value, dict) else None
    if not isinstance(sides, list) or [type(n) for n in sides] != [int, int]:
        return None
    return sides[0], sides[1]


def _polygons(polygons: list, size: Size, where: str) -> np.ndarray:
    for i, points in enumerate(polygons):
        _check_polygon(points, size, f"{where}, polygon {i}")
    found = coco_mask.frPyObjects(polygons, *size)
    return coco_mask.decode(coco_mask.merge(found)).astype(bool)


def _check_polygon(points: Any, size: Size, where: str):
    if (
        not isinstance(points, list)
        or len(points) < 6
        or len(points) % 2
        or not all(map(annotation.is_coordinate, points))
    ):
        raise ValueError(
            f"{where} must be x, y of three points or more. "
            f"Received: {identity.shown(points)}"
        )
    edges = np.reshape(np.asarray(points, np.float64), (-1, 2))
    box = (*edges.min(axis=0), *edges.max(axis=0))
    coordinates.check_box(box, size, where)


def _run_lengths(value: dict, size: Size, where: str) -> np.ndarray:
    if size_of(value) != size:
        raise ValueError(
            f"{where}: `size` must be that of the photo, {list(size)} (height, "
            f"width). Received: {identity.shown(value.get('size'))}"
        )
    if BOX in value:
        return _in_box(value, size, where)
    return _drawn(value, size, where).T


def _in_box(value: dict, size: Size, where: str) -> np.ndarray:
    left, top, width, height = value[BOX]
    coordinates.check_box((left, top, left + width, top + height), size, where)
    drawn = np.zeros(size, bool)
    rows, columns = slice(top, top + height), slice(left, left + width)
    part = _drawn(value, (width, height), where)
    visible = drawn[rows, columns]
    visible[:] = part[: visible.shape[0], : visible.shape[1]]
    return drawn


def _drawn(value: dict, size: Size, where: str) -> np.ndarray:
    """Returns what the runs draw, line by line of `height` pixels."""
    counts, (height, width) = _counts(value["counts"], where), size
    if min(counts, default=0) < 0 or sum(counts) != height * width:
        raise ValueError(
            f"{where}: `counts` must not be negative, and add up to "
            f"{height} * {width}. Received: {identity.shown(value['counts'])}"
        )
    runs = np.arange(len(counts)) % 2 == 1
    return np.repeat(runs, counts).reshape(width, height)


def _counts(value: Any, where: str) -> list[int]:
    if isinstance(value, str) and set(value.encode()) <= _TEXT:
        return list(_decoded(value.encode()))
    if isinstance(value, list) and all(type(n) is int for n in value):
        return value
    raise ValueError(
        f"{where}: `counts` must be whole numbers, or COCO's text for them. "
        f"Received: {identity.shown(value)}"
    )


def _decoded(text: bytes) -> Iterator[int]:
    """Yields the numbers of a text: five bits a character, the lowest first.

    From the fourth on they are differences to the one before the last.
    """
    before: list[int] = []
    number = shift = 0
    for character in text:
        bits = character - 48
        number |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            number -= 1 << shift
        if len(before) > 2:
            number += before[-2]
        before.append(number)
        yield number
        number = shift = 0
    if shift:
        yield -1  # Cut within a number: no mask has it.

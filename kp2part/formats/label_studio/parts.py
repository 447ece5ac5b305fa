"""Reads part masks from Label Studio's JSON export.

Brushes and polygons are parts; rectangles are whole objects. A part belongs to
the rectangle that it was moved onto in the list of regions (`parentID`), as
masks that were taken over from `kp2part` do; otherwise to the only rectangle of
a class of the category, or to the one that it lies in. One annotation of a task
counts, see `file`.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import pathlib
import re
from typing import Any
import urllib.parse

from kp2part.formats.label_studio import file as file_lib
from kp2part.formats.label_studio import objects as objects_lib
from kp2part.formats.masks import region_photos
from kp2part.formats.masks import regions as regions_lib
from kp2part.formats.masks import segmentation
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.schema import category as category_lib

_ADVICE = "Move each part onto the rectangle of its object, in the list."
_LOCAL = "?d="  # Then comes a path below Label Studio's root.
_UPLOADED = re.compile(r"/data/upload/\d+/([0-9a-f]{8}-)?(?=.)")

Fields = dict[str, Any]


def read(
    path: pathlib.Path, category: category_lib.Category
) -> region_photos.RegionPhotos:
    """Returns the masks of all photos.

    Args:
        path: Of the file.
        category: Whose parts.

    Raises:
        ValueError: It is no such file, has a photo twice, no submitted masks,
            or no part of the category.
    """
    tasks = file_lib.read(path, file_lib.MASKS)
    if not any(task.regions or task.error for task in tasks):
        raise ValueError(
            f"{path}: must have masks that somebody has submitted; predictions "
            f"do not count. Received: {len(tasks)} tasks without."
        )
    vocabulary = vocabulary_lib.Vocabulary(category)
    photos = [_photo(path, task, vocabulary) for task in tasks]
    names = dict.fromkeys(name for photo in photos for name in photo.names)
    if not names and (error := next((x.error for x in photos if x.error), "")):
        raise ValueError(error)
    return region_photos.RegionPhotos(path, photos, names, category)


def _photo(
    path: pathlib.Path,
    task: file_lib.Task,
    vocabulary: vocabulary_lib.Vocabulary,
) -> region_photos.RegionPhoto:
    where = f"{path}: "
    entries: tuple[region_photos.Entry, ...] = ()
    error = str(task.error) if task.error else None
    try:
        place = task.source.removeprefix(where)
        entries = tuple(_entries(task, place, vocabulary))
    except ValueError as broken:
        error = str(broken)
    photo = dataclasses.replace(task.photo, name=_name(task.photo.name))
    labels = dict.fromkeys(fields["category_id"] for _, fields in entries)
    return region_photos.RegionPhoto(
        path, photo, entries, {x: x for x in labels}, _ADVICE, error
    )


def _name(address: str) -> str:
    """Returns the name that a photo had before Label Studio had it."""
    if _UPLOADED.match(address):
        return _UPLOADED.sub("", address, count=1)
    _, found, path = address.partition(_LOCAL)
    if found or "://" in address:
        return urllib.parse.unquote(path or address)
    return address


def _entries(
    task: file_lib.Task, place: str, vocabulary: vocabulary_lib.Vocabulary
) -> Iterator[region_photos.Entry]:
    sides = task.photo.width or 0, task.photo.height or 0
    found = []
    for index, region in enumerate(task.regions):
        key = identity.one_line(str(region.get("id", index)))
        where = f"{task.source}: region {key}"
        fields = dict(_fields(region, sides, where))
        found.append((f"{place}: region {key}", fields))
    ours = [
        fields["id"]
        for _, fields in found
        if "bbox" in fields and vocabulary.class_of(fields["category_id"])
    ]
    for where, fields in found:
        if len(ours) == 1 and "bbox" not in fields:
            fields.setdefault(regions_lib.PARENTS[0], ours[0])
        yield where, fields


def _fields(
    region: Fields, sides: tuple[int, int], where: str
) -> Iterable[tuple[str, Any]]:
    """Yields the fields of a region as an annotation of COCO has them."""
    kind, value = region["type"], region["value"]
    yield "category_id", objects_lib.only(value.get(kind), where, kind)
    if kind == file_lib.RECTANGLE:
        yield "id", region.get("id")
        yield regions_lib.OBJECT, region.get("id")
        yield "bbox", _box(value, sides, where)
        return
    if region.get("parentID") not in (None, ""):
        yield regions_lib.PARENTS[0], region["parentID"]
    if kind == file_lib.BRUSH:
        yield "segmentation", {segmentation.BRUSH: value.get("rle")}
    else:
        yield "segmentation", [list(_polygon(value, sides, where))]


def _box(value: Fields, sides: tuple[int, int], where: str) -> list[float]:
    if value.get("rotation"):
        raise ValueError(
            f"{where}: `rotation` must be 0. "
            f"Received: {identity.shown(value['rotation'])}"
        )
    names = ("x", "y", "width", "height")
    return [
        _pixels(value.get(name), side, where, name)
        for name, side in zip(names, (*sides, *sides), strict=True)
    ]


def _polygon(
    value: Fields, sides: tuple[int, int], where: str
) -> Iterator[float]:
    points = value.get("points")
    if not isinstance(points, list):
        points = [points]
    for point in points:
        pair = annotation.check_numbers(point, 2, where, "points")
        for number, side in zip(pair, sides, strict=True):
            yield _pixels(number, side, where, "points")


def _pixels(value: Any, side: int, where: str, field: str) -> float:
    (number,) = annotation.check_numbers([value], 1, where, field)
    return number * side / 100

"""Reads keypoints from Label Studio's JSON export.

A keypoint belongs to the rectangle that it was moved onto in the list of
regions (`parentID`): the rectangle's label is the class. Keypoints that belong
to none are one object, if that can be: no name may be there twice, and there
may be at most one rectangle. For conventions see `readers`.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import pathlib
from typing import Any

from kp2part.formats.label_studio import file as label_studio_file
from kp2part.formats.label_studio import objects as objects_lib
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import boxes
from kp2part.schema import keys

FORMAT = "label_studio"
Entry = objects_lib.Object | pose_file.PassedOver | ValueError

_CORNER = 0.5  # 0 % is the edge of the first pixel, not its center.
_VISIBILITY = {
    "visible": keys.VISIBLE,
    "hidden": keys.OCCLUDED,
    "occluded": keys.OCCLUDED,
}


def read(
    path: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos of a file, and pairs of a photo and an `Entry`.

    Args:
        path: Of the file.
        vocabulary: Names of classes and keypoints.

    Raises:
        ValueError: What all annotations depend on is broken.
    """
    tasks = label_studio_file.read(path)
    entries = list(_entries(tasks, vocabulary))
    # Of all objects at once: an unknown name is told before anything else.
    names = {
        point.name: None
        for _, entry in entries
        if isinstance(entry, objects_lib.Object) and _class(entry, vocabulary)
        for point in entry.points
    }
    vocabulary.check_known(names, FORMAT, str(path))
    return tuple(task.photo for task in tasks), iter(entries)


def _entries(
    tasks: Iterable[label_studio_file.Task],
    vocabulary: vocabulary_lib.Vocabulary,
) -> Iterator[tuple[pose_file.Photo, Entry]]:
    for task in tasks:
        for reason in task.passed_over:
            yield task.photo, pose_file.PassedOver(reason)
        if task.error is not None:
            yield task.photo, task.error
            continue
        try:
            objects = objects_lib.objects_of(task, vocabulary)
        except ValueError as error:
            yield task.photo, error
            continue
        for item in objects:
            yield task.photo, item


def _class(
    entry: objects_lib.Object, vocabulary: vocabulary_lib.Vocabulary
) -> str | None:
    if entry.rectangle is None:
        return vocabulary_lib.ANY_CLASS
    return vocabulary.class_of(entry.rectangle.name)


def parse(
    entry: Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    if isinstance(entry, ValueError):
        raise entry
    if isinstance(entry, pose_file.PassedOver):
        return entry
    rectangle, class_name = entry.rectangle, _class(entry, vocabulary)
    if class_name is None:
        name = rectangle.name if rectangle else ""
        return pose_file.PassedOver(f"of class {name!r:.40}")
    if not entry.points:
        return pose_file.PassedOver("without keypoints", is_object=True)
    return annotation.make(
        class_name,
        _box(entry, rectangle) if rectangle else None,
        _points(entry),
        vocabulary=vocabulary,
        format_name=FORMAT,
        source=entry.source,
        instance=rectangle.key if rectangle else "",
    )


def _points(
    entry: objects_lib.Object,
) -> dict[str, tuple[float, float, int]]:
    points = {}
    for region in entry.points:
        here = f"{entry.source}: keypoint {region.name!r:.80}"
        if region.name in points:
            raise ValueError(
                f"{here}: is there twice. If they are of two objects, move "
                "each onto its rectangle in the list of regions."
            )
        x = _pixels(region, "x", entry.photo.width, here)
        y = _pixels(region, "y", entry.photo.height, here)
        points[region.name] = (
            x - _CORNER,
            y - _CORNER,
            _visibility(region, here),
        )
    return points


def _visibility(region: objects_lib.Region, where: str) -> int:
    if region.choices is None:
        return keys.VISIBLE
    choice = objects_lib.only(region.choices, where, "choices")
    if (v := _VISIBILITY.get(identity.fold(choice))) is None:
        raise ValueError(
            f"{where}: `choices` must be one of {', '.join(_VISIBILITY)}. "
            f"Received: {choice!r:.80}"
        )
    return v


def _box(entry: objects_lib.Object, region: objects_lib.Region) -> boxes.Box:
    where, photo = entry.source, entry.photo
    if region.value.get("rotation"):
        raise ValueError(
            f"{where}: `rotation` must be 0. "
            f"Received: {identity.shown(region.value['rotation'])}"
        )
    x, width = (
        _pixels(region, name, photo.width, where) for name in ("x", "width")
    )
    y, height = (
        _pixels(region, name, photo.height, where) for name in ("y", "height")
    )
    if width < 0 or height < 0:
        raise ValueError(
            f"{where}: must not have negative sides. Received: "
            f"width={region.value['width']}, height={region.value['height']}"
        )
    return x, y, x + width, y + height


def _pixels(
    region: objects_lib.Region, name: str, side: int | None, where: str
) -> float:
    """Returns a value in per cent of a side of the photo in pixels."""
    value: Any = region.value.get(name)
    if annotation.is_coordinate(value):
        pixels = value * (side or 0) / 100
        if annotation.is_coordinate(pixels):
            return pixels
    raise ValueError(
        f"{where}: `{name}` must be a number in per cent. "
        f"Received: {identity.shown(value)}"
    )

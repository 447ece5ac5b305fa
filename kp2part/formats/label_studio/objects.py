"""Which keypoints of a photo in Label Studio are those of one object."""

import dataclasses
from typing import Any

from kp2part.formats.label_studio import file as file_lib
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import pose_file


@dataclasses.dataclass(frozen=True)
class Region:
    """A keypoint or a rectangle.

    Attributes:
        key: Its id.
        name: Its label.
        value: Any JSON object; x and y are in per cent of the photo.
        parent: Id of the region that it belongs to, "" if to none.
        choices: What was chosen for it, None if nothing.
    """

    key: str
    name: str
    value: dict[str, Any]
    parent: str
    choices: Any


@dataclasses.dataclass(frozen=True)
class Object:
    """One object.

    Attributes:
        rectangle: Around it, None if there is none.
        points: Its keypoints.
        photo: With its size, if there is any region.
        source: File, task and rectangle, for messages.
    """

    rectangle: Region | None
    points: tuple[Region, ...]
    photo: pose_file.Photo
    source: str


def objects_of(
    task: file_lib.Task, vocabulary: vocabulary_lib.Vocabulary
) -> list[Object]:
    """Returns the objects of a photo, those of other classes too.

    Args:
        task: With the regions.
        vocabulary: Names of classes.

    Raises:
        ValueError: A region has no id or label, or it cannot be told whose a
            keypoint is.
    """
    rectangles = {}
    for region in _regions(task, file_lib.RECTANGLE):
        if rectangles.setdefault(region.key, region) is not region:
            raise ValueError(
                f"{task.source}: two rectangles have the id {region.key!r:.40}."
            )
    members: dict[str, list[Region]] = {key: [] for key in ("", *rectangles)}
    for region in _regions(task, file_lib.KEYPOINT):
        if region.parent not in members:
            raise ValueError(
                f"{task.source}: keypoint {region.name!r:.80}: `parentID` must "
                f"be the id of a rectangle. Received: {region.parent!r:.80}"
            )
        members[region.parent].append(region)
    if without := members.pop(""):
        owner = _owner(task, list(rectangles.values()), vocabulary)
        members.setdefault(owner, []).extend(without)
    return [
        _object(rectangles.get(key), points, task)
        for key, points in members.items()
    ]


def _object(
    rectangle: Region | None, points: list[Region], task: file_lib.Task
) -> Object:
    source = task.source
    if rectangle is not None:
        label = identity.one_line(rectangle.name)
        source += f": rectangle {rectangle.key!r:.40} ({label})"
    return Object(rectangle, tuple(points), task.photo, source)


def _regions(task: file_lib.Task, kind: str) -> list[Region]:
    choices = _choices(task)
    found = []
    for item in task.regions:
        if item["type"] != kind:
            continue
        key = _text(item, "id", task.source)
        here = f"{task.source}: region {key!r:.40}"
        name = only(item["value"].get(kind), here, kind)
        parent = ""
        if item.get("parentID") not in (None, ""):
            parent = _text(item, "parentID", here)
        found.append(Region(key, name, item["value"], parent, choices.get(key)))
    return found


def _choices(task: file_lib.Task) -> dict[str, Any]:
    """Returns what was chosen, by the id of the region."""
    found: dict[str, Any] = {}
    for item in task.regions:
        if item["type"] == file_lib.CHOICES:
            key = _text(item, "id", task.source)
            if key in found:
                raise ValueError(
                    f"{task.source}: region {key!r:.40} has two `choices`."
                )
            found[key] = item["value"].get(file_lib.CHOICES)
    return found


def _text(fields: dict[str, Any], name: str, where: str) -> str:
    value = fields.get(name)
    if isinstance(value, str) and value:
        return value
    raise ValueError(
        f"{where}: `{name}` must be a text. Received: {identity.shown(value)}"
    )


def only(values: Any, where: str, field: str) -> str:
    """Returns the one label or choice in a list."""
    if isinstance(values, list) and len(values) == 1:
        (value,) = values
        if isinstance(value, str) and value.strip():
            return value
    raise ValueError(
        f"{where}: `{field}` must be a list of one name. "
        f"Received: {identity.shown(values)}"
    )


def _owner(
    task: file_lib.Task,
    rectangles: list[Region],
    vocabulary: vocabulary_lib.Vocabulary,
) -> str:
    """Returns whose the keypoints are that belong to no rectangle."""
    known = [r.key for r in rectangles if vocabulary.class_of(r.name)]
    if len(known) > 1:
        raise ValueError(
            f"{task.source}: a keypoint belongs to none of {len(known)} "
            "rectangles: move it onto one in the list of regions."
        )
    return known[0] if known else ""

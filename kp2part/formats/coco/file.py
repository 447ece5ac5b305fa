"""Reads the images and categories that annotations in COCO's format refer to.

Images and categories are checked as a whole; ids match by value. Annotations
are checked separately: one broken annotation must not affect others.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import pathlib
from typing import Any

from kp2part.formats.names import identity
from kp2part.formats.poses import pose_file
from kp2part.system import json_file


@dataclasses.dataclass(frozen=True)
class Described:
    """One item of `categories`.

    Attributes:
        name: Name of the class.
        keypoints: Names of the keypoints, in the order of the annotations.
        source: File and place, for messages.
    """

    name: str
    keypoints: tuple[str, ...]
    source: str


@dataclasses.dataclass(frozen=True)
class File:
    """A whole file.

    Attributes:
        is_coco: Whether `images` is a list, as COCO has it, and no dict, as
            Animal-Pose has it.
        photos: By the id of an image.
        categories: By id.
        annotations: Any JSON values.
    """

    is_coco: bool
    photos: Mapping[str, pose_file.Photo]
    categories: Mapping[str, Described]
    annotations: list[Any]


def read(path: pathlib.Path) -> File:
    """Returns the contents of a file.

    Raises:
        ValueError: Images or categories are broken, or there twice; the
            message names the file, the place and the value.
    """
    fields = json_file.read(path)
    images = _member(fields, "images", (list, dict), path)
    categories = _member(fields, "categories", (list,), path)
    annotations = _member(fields, "annotations", (list,), path)
    if isinstance(images, dict):
        photos = (_named(path, *item) for item in images.items())
    else:
        photos = (_image(path, i, item) for i, item in enumerate(images))
    return File(
        is_coco=isinstance(images, list),
        photos=_unique(photos, "image", path),
        categories=_unique(
            (_category(path, i, item) for i, item in enumerate(categories)),
            "category",
            path,
        ),
        annotations=annotations,
    )


_KINDS: dict[type, str] = {list: "array", dict: "object", str: "text"}


def _member(fields, name: str, kinds: tuple[type, ...], where) -> Any:
    """Returns a field of an object, if it is of one of some kinds."""
    if not isinstance(fields, dict):
        raise ValueError(
            f"{where}: must be an object. Received: {identity.shown(fields)}"
        )
    if name not in fields:
        raise ValueError(f"{where}: must have a field `{name}`.")
    if not isinstance(fields[name], kinds):
        wanted = " or ".join(_KINDS[kind] for kind in kinds)
        raise ValueError(
            f"{where}: `{name}` must be an {wanted}. "
            f"Received: {identity.shown(fields[name])}"
        )
    return fields[name]


def _unique(items: Iterable[tuple[str, Any]], what: str, path) -> dict:
    found = {}
    for key, item in items:
        other = found.setdefault(key, item)
        if other is not item and other != item:
            raise ValueError(
                f"{path}: two {what} ids are {key!r:.80}: {other.name!r} and "
                f"{item.name!r}. Were two files joined?"
            )
    return found


def _named(path, key: str, name: object) -> tuple[str, pose_file.Photo]:
    where = f"{path}: `images.{key:.80}`"
    photo = pose_file.Photo(_text(name, where))
    return identity.id_of(key, where, "id"), photo


def _image(path, index: int, item) -> tuple[str, pose_file.Photo]:
    where = f"{path}: `images[{index}]`"
    for name in ("id", "file_name"):
        _member(item, name, (object,), where)
    key = identity.id_of(item["id"], where, "id")
    where = f"{where} (id {key:.40})"
    name = _text(item["file_name"], f"{where}: `file_name`")
    sides = (_side(item.get(s), where, s) for s in ("height", "width"))
    return key, pose_file.Photo(name, *sides)


def _category(path, index: int, item) -> tuple[str, Described]:
    where = f"{path}: `categories[{index}]`"
    for name in ("id", "name"):
        _member(item, name, (object,), where)
    key = identity.id_of(item["id"], where, "id")
    name = _text(item["name"], f"{where}: `name`")
    where = f"{path}: category {name!r}"
    keypoints = item.get("keypoints") or []
    if not isinstance(keypoints, list):
        raise ValueError(
            f"{where}: `keypoints` must be a list of names. "
            f"Received: {identity.shown(keypoints)}"
        )
    names = tuple(
        _text(k, f"{where}: `keypoints[{i}]`") for i, k in enumerate(keypoints)
    )
    if found := identity.twice(names):
        raise ValueError(
            f"{where}: names of `keypoints` must be unique. Twice: {found}"
        )
    return key, Described(name, names, where)


def _text(value: object, where: str) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError(
        f"{where} must be a name. Received: {identity.shown(value)}"
    )


def _side(value: Any, where: str, field: str) -> int | None:
    """Returns a side of a photo; tools write null or 0 if they do not know."""
    if value is None or (type(value) in (int, float) and value in (0, -1)):
        return None
    if type(value) in (int, float) and value > 0 and value == value // 1:
        return int(value)
    raise ValueError(
        f"{where}: `{field}` must be a number of pixels. "
        f"Received: {identity.shown(value)}"
    )

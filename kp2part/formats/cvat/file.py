"""Reads the shapes in CVAT's XML, by image or by track, with their photos.

A track has the frames of one shape. Both forms come out as the same list: each
shape with the photo or frame that it is in.
"""

from collections.abc import Iterator
import dataclasses
import pathlib
import re
import xml.etree.ElementTree as ET

from kp2part.formats.files import xml_file
from kp2part.formats.names import identity
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import boxes

KINDS = ("skeleton", "points", "box")  # Tags of the shapes that are read.
_FRAME = re.compile(r"frame_(\d{6,})(\.\w+)?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_NO_GROUP = ("", "0")


@dataclasses.dataclass(frozen=True)
class Shape:
    """One shape in one photo.

    Attributes:
        kind: Its tag, one of `KINDS`.
        label: Name of its class.
        photo: The photo or frame.
        group: Id of its group, "" if it is in none.
        instance: Id of its track or of its group, "" without either.
        element: As in the file.
        source: File and place, for messages.
    """

    kind: str
    label: str
    photo: pose_file.Photo
    group: str
    instance: str
    element: ET.Element
    source: str


def read(
    path: pathlib.Path,
) -> tuple[tuple[pose_file.Photo, ...], list[Shape]]:
    """Returns all photos, and the shapes of `KINDS` in them.

    Raises:
        ValueError: The file is none of CVAT's 1.1, or a photo, a frame or a
            label is broken; the message names the file, the place and the
            value.
    """
    root = xml_file.read(path)
    version = (root.findtext("version") or "").strip()
    if root.tag != "annotations" or version != "1.1":
        raise ValueError(
            f"{path}: must be CVAT's `annotations` of `version` 1.1. "
            f"Received: {root.tag!r:.40}, version {version!r:.40}"
        )
    photos: dict[pose_file.Photo, None] = {}
    shapes = []
    for item in root.iterfind("image"):
        photo = _photo(root, item, str(path))
        if photo in photos:
            raise ValueError(f"{path}: two images are called {photo.name!r}.")
        photos[photo] = None
        shapes += _of_image(item, photo, f"{path}: image {photo.name!r:.80}")
    for number, item in enumerate(root.iterfind("track")):
        name = item.get("id") or str(number)
        shapes += _of_track(root, item, name, f"{path}: track {name!r:.40}")
    return tuple(photos | {shape.photo: None for shape in shapes}), shapes


def _photo(root: ET.Element, item: ET.Element, where: str) -> pose_file.Photo:
    name = xml_file.text_of(item.get("name"), where, "image/name")
    where = f"{where}: image {name!r:.80}"
    height, width = (_side(item.get(s), where, s) for s in ("height", "width"))
    # A video's frames are called so; `source` is there for videos only.
    video, frame = _source(root), _FRAME.fullmatch(name)
    if video and frame:
        return pose_file.Photo(video, height, width, int(frame[1]))
    return pose_file.Photo(name, height, width)


def _side(text: str | None, where: str, field: str) -> int | None:
    if text is None:
        return None
    if _WHOLE.fullmatch(text) and int(text) > 0:
        return int(text)
    raise ValueError(
        f"{where}: `{field}` must be a number of pixels. "
        f"Received: {identity.shown(text)}"
    )


def _source(root: ET.Element) -> str:
    texts = (root.findtext(p) for p in ("meta/source", "meta/task/source"))
    return next((text.strip() for text in texts if text and text.strip()), "")


def _of_image(
    image: ET.Element, photo: pose_file.Photo, where: str
) -> Iterator[Shape]:
    for number, item in enumerate(e for e in image if e.tag in KINDS):
        here = f"{where}: {item.tag} {number}"
        label = xml_file.text_of(item.get("label"), here, "label")
        group = _group(item)
        source = f"{here} ({identity.one_line(label)})"
        yield Shape(item.tag, label, photo, group, group, item, source)


def _group(item: ET.Element) -> str:
    group = (item.get("group_id") or "").strip()
    return "" if group in _NO_GROUP else group


def _of_track(
    root: ET.Element, track: ET.Element, track_id: str, where: str
) -> Iterator[Shape]:
    label = xml_file.text_of(track.get("label"), where, "label")
    where, seen = f"{where} ({identity.one_line(label)})", set()
    for item in track:
        if item.tag not in KINDS:
            continue
        text = (item.get("frame") or "").strip()
        if not _WHOLE.fullmatch(text) or int(text) in seen:
            raise ValueError(
                f"{where}: `{item.tag}/frame` must be a number from 0, each "
                f"once. Received: {identity.shown(item.get('frame'))}"
            )
        seen.add(int(text))
        source = f"{where}: frame {text}"
        if item.tag == "box" and flag(item, "outside", source):
            continue
        photo = _frame(root, track, int(text), source)
        group = _group(track)
        yield Shape(item.tag, label, photo, group, track_id, item, source)


def _frame(
    root: ET.Element, track: ET.Element, frame: int, where: str
) -> pose_file.Photo:
    """Returns the frame; a video without a name is called as its task is."""
    meta = root.find("meta/task")
    for task in root.iterfind("meta/project/tasks/task"):
        if task.findtext("id") == track.get("task_id"):
            meta = task
    if meta is None:
        meta = ET.Element("task")
    name = _source(root) or meta.findtext("name")
    height, width = (
        _side(meta.findtext(f"original_size/{side}"), where, side)
        for side in ("height", "width")
    )
    name = xml_file.text_of(name, where, "task/name")
    return pose_file.Photo(name, height, width, frame)


def flag(item: ET.Element, name: str, where: str) -> bool:
    """Returns an attribute that is 0 or 1."""
    value = item.get(name)
    if value not in ("0", "1"):
        raise ValueError(
            f"{where}: `{name}` must be 0 or 1. "
            f"Received: {identity.shown(value)}"
        )
    return value == "1"


def coordinate(text: str | None, where: str, field: str) -> float:
    """Returns the text of an attribute as a coordinate, in CVAT's pixels."""
    value = xml_file.number_of(text, where, field)
    if not annotation.is_coordinate(value):
        raise ValueError(
            f"{where}: `{field}` must be a coordinate in pixels. "
            f"Received: {identity.shown(text)}"
        )
    return value


def box(shape: Shape) -> boxes.Box:
    """Returns a box in pixel edges, which CVAT's are, too."""
    item = shape.element
    if coordinate(item.get("rotation", "0"), shape.source, "rotation"):
        raise ValueError(
            f"{shape.source}: `rotation` of a box must be 0. "
            f"Received: {identity.shown(item.get('rotation'))}"
        )
    xmin, ymin, xmax, ymax = (
        coordinate(item.get(name), shape.source, name)
        for name in ("xtl", "ytl", "xbr", "ybr")
    )
    if xmax < xmin or ymax < ymin:
        raise ValueError(
            f"{shape.source}: must have xbr >= xtl and ybr >= ytl. "
            f"Received: {[xmin, ymin, xmax, ymax]}"
        )
    return xmin, ymin, xmax, ymax

"""Reads skeletons from CVAT's XML: "CVAT for images 1.1", "CVAT for video 1.1".

The class is the label of the skeleton, the keypoints are those of its points.
A box of one of the category's classes in the same group is the object's box.
Of a video, the frames that the file lists are read; CVAT lists all that a track
covers. For conventions see `readers`.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import pathlib
import xml.etree.ElementTree as ET

from kp2part.formats.cvat import file as cvat_file
from kp2part.formats.files import xml_file
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import boxes
from kp2part.schema import keys

FORMAT = "cvat"
_CORNER = 0.5  # CVAT's origin is the corner of the first pixel, not its center.


@dataclasses.dataclass(frozen=True)
class Entry:
    """One shape, and what else is in its group in this photo.

    Attributes:
        shape: A skeleton, or points that belong to none.
        group: All shapes of its group, itself too.
    """

    shape: cvat_file.Shape
    group: tuple[cvat_file.Shape, ...]


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
    photos, shapes = cvat_file.read(path)
    _check_names(path, shapes, vocabulary)
    return photos, _entries(shapes)


def _check_names(path, shapes: Iterable[cvat_file.Shape], vocabulary):
    # Of all skeletons at once: an unknown name is told before anything else.
    names: dict[str, None] = {}
    for shape in shapes:
        if shape.kind == "skeleton" and vocabulary.class_of(shape.label):
            names |= dict.fromkeys(_names(shape))
    vocabulary.check_known(names, FORMAT, str(path))


def _names(shape: cvat_file.Shape) -> list[str]:
    names = (item.get("label") for item in shape.element.iterfind("points"))
    return [name.strip() for name in names if name and name.strip()]


def _entries(shapes: list[cvat_file.Shape]) -> Iterator:
    groups: dict[tuple, list[cvat_file.Shape]] = {}
    for shape in shapes:
        if shape.group:
            groups.setdefault((shape.photo, shape.group), []).append(shape)
    for shape in shapes:
        if shape.kind != "box":
            group = groups.get((shape.photo, shape.group), [])
            yield shape.photo, Entry(shape, tuple(group))


def parse(
    entry: Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    shape = entry.shape
    class_name = vocabulary.class_of(shape.label)
    if shape.kind == "points":
        return pose_file.PassedOver("of points without a skeleton")
    if class_name is None:
        return pose_file.PassedOver(f"of class {shape.label!r:.40}")
    points = _points(shape)
    if not any(v for _, _, v in points.values()):
        return pose_file.PassedOver("without keypoints", is_object=True)
    box, class_name = _box(entry, class_name, vocabulary)
    return annotation.make(
        class_name,
        box,
        points,
        vocabulary=vocabulary,
        format_name=FORMAT,
        source=shape.source,
        instance=shape.instance,
    )


def _points(shape: cvat_file.Shape) -> dict[str, tuple[float, float, int]]:
    points = {}
    for item in shape.element:
        if item.tag == "attribute":
            continue
        if item.tag != "points":
            raise ValueError(
                f"{shape.source}: must consist of points. "
                f"Received: {item.tag!r:.40}"
            )
        name = xml_file.text_of(item.get("label"), shape.source, "points/label")
        here = f"{shape.source}: keypoint {name!r:.80}"
        if name in points:
            raise ValueError(f"{here}: is listed twice.")
        points[name] = _point(item, here)
    return points


def _point(item: ET.Element, where: str) -> tuple[float, float, int]:
    outside, occluded = (
        cvat_file.flag(item, name, where) for name in ("outside", "occluded")
    )
    if outside:
        return 0, 0, keys.ABSENT
    texts = (item.get("points") or "").split(",")
    if len(texts) != 2 or ";" in texts[1]:
        raise ValueError(
            f"{where}: `points` must be one point, x,y. "
            f"Received: {identity.shown(item.get('points'))}"
        )
    x, y = (cvat_file.coordinate(text, where, "points") for text in texts)
    v = keys.OCCLUDED if occluded else keys.VISIBLE
    return x - _CORNER, y - _CORNER, v


def _box(
    entry: Entry, class_name: str, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[boxes.Box | None, str]:
    """Returns the box of the object, and the class by skeleton and box."""
    where = entry.shape.source
    found = [
        (shape, other)
        for shape in entry.group
        if shape.kind == "box" and (other := vocabulary.class_of(shape.label))
    ]
    if not found:
        return None, class_name
    skeletons = sum(shape.kind == "skeleton" for shape in entry.group)
    if len(found) > 1 or skeletons > 1:
        raise ValueError(
            f"{where}: a group with a box must have one box and one skeleton. "
            f"Received: {len(found)} and {skeletons} in group "
            f"{entry.shape.group!r:.40}"
        )
    ((shape, other),) = found
    known = {class_name, other} - {vocabulary_lib.ANY_CLASS}
    if len(known) > 1:
        raise ValueError(
            f"{where}: a box in its group is of another class: "
            f"{shape.label!r:.40}"
        )
    return cvat_file.box(shape), known.pop() if known else class_name

"""Reads keypoints from JSON files in the format of Animal-Pose or of COCO.

They look alike but differ in the details: Animal-Pose has a dict of images,
boxes by their corners and nested keypoints [[x, y, v], ...] with v in {0, 1};
COCO has a list of images, boxes (x, y, width, height) and flat keypoints. In
both, `categories` has the names of classes and keypoints. For conventions see
`readers`.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import pathlib
from typing import Any

from kp2part.formats.coco import file as coco_file
from kp2part.formats.names import identity
from kp2part.formats.names import part_names
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.pascal import voc
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import boxes
from kp2part.schema import keys

ANIMAL_POSE = "animal_pose"
COCO = "coco"
_VISIBILITY = {
    ANIMAL_POSE: {0: keys.ABSENT, 1: keys.VISIBLE},
    COCO: {0: keys.ABSENT, 1: keys.OCCLUDED, 2: keys.VISIBLE},
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One item of `annotations`, not checked yet.

    Attributes:
        fields: The fields of the annotation.
        categories: The file's categories, by id.
        parts: Names of parts, which may be among the categories.
        format_name: `ANIMAL_POSE` or `COCO`.
        source: File and number of the annotation, for messages.
    """

    fields: Mapping[str, Any]
    categories: Mapping[str, coco_file.Described]
    parts: part_names.PartNames
    format_name: str
    source: str


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
    contents = coco_file.read(path)
    format_name = COCO if contents.is_coco else ANIMAL_POSE
    for described in contents.categories.values():
        if vocabulary.class_of(described.name) and described.keypoints:
            vocabulary.keypoints_of(
                described.keypoints, format_name, described.source
            )
    parts = part_names.PartNames(vocabulary.category)
    entries = _entries(path, contents, parts, format_name)
    return tuple(contents.photos.values()), entries


def _entries(
    path,
    contents: coco_file.File,
    parts: part_names.PartNames,
    format_name: str,
) -> Iterator:
    for index, fields in enumerate(contents.annotations):
        source = f"{path}: annotation {index}"
        # Animal-Pose: numbers here, strings among the images.
        image = identity.id_of(
            _field(fields, "image_id", source), source, "image_id"
        )
        if image not in contents.photos:
            raise ValueError(
                f"{source}: `image_id` must be one of `images`. "
                f"Received: image_id={image:.80}"
            )
        entry = Entry(fields, contents.categories, parts, format_name, source)
        yield contents.photos[image], entry


def parse(
    entry: Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    described = _category(entry)
    class_name = vocabulary.class_of(described.name)
    if class_name is None and entry.parts.find(described.name) is not None:
        return pose_file.PassedOver("as parts")
    if class_name is None:
        return pose_file.PassedOver(f"of class {described.name!r:.40}")
    if _is_crowd(entry):
        return pose_file.PassedOver("of a crowd", is_object=True)
    where, names = f"{entry.source} ({described.name})", described.keypoints
    values = entry.fields.get("keypoints")
    if _has_no_point(values, entry.format_name):
        return pose_file.PassedOver("without keypoints", is_object=True)
    if not names:
        raise ValueError(f"{where}: its category has no `keypoints`.")
    points = _points(entry, values, names, where)
    if not any(v for _, _, v in points.values()):
        return pose_file.PassedOver("without keypoints", is_object=True)
    return annotation.make(
        class_name,
        _box(entry, where),
        points,
        vocabulary=vocabulary,
        format_name=entry.format_name,
        source=where,
    )


def _category(entry: Entry) -> coco_file.Described:
    value = _field(entry.fields, "category_id", entry.source)
    key = identity.id_of(value, entry.source, "category_id")
    if key not in entry.categories:
        raise ValueError(
            f"{entry.source}: `category_id` must be one of "
            f"[{', '.join(entry.categories):.200}]. "
            f"Received: {identity.shown(value)}"
        )
    return entry.categories[key]


def _field(fields: object, name: str, where: str):
    if not isinstance(fields, dict) or name not in fields:
        raise ValueError(f"{where}: has no field `{name}`.")
    return fields[name]


def _is_crowd(entry: Entry) -> bool:
    value = entry.fields.get("iscrowd")
    if value in (None, 0, 1):
        return bool(value)
    raise ValueError(
        f"{entry.source}: `iscrowd` must be 0 or 1. "
        f"Received: {identity.shown(value)}"
    )


def _has_no_point(values, format_name: str) -> bool:
    """Returns whether nobody has set a keypoint, however long the list is."""
    if values is None:
        return True
    if not isinstance(values, list):
        return False
    if format_name == ANIMAL_POSE and any(isinstance(v, list) for v in values):
        values = [n for row in values if isinstance(row, list) for n in row]
    return all(v is None or (type(v) in (int, float) and not v) for v in values)


def _points(
    entry: Entry, values: object, names: tuple[str, ...], where: str
) -> dict[str, tuple[float, float, int]]:
    visibility = _VISIBILITY[entry.format_name]
    points = {}
    for name, row in zip(
        names, _rows(entry, values, names, where), strict=True
    ):
        here = f"{where}: keypoint {name!r}"
        x, y, v = annotation.check_row(row, here)
        if v not in visibility:
            raise ValueError(
                f"{here}: `v` must be one of {list(visibility)}. "
                f"Received: v={v}"
            )
        points[name] = (x, y, visibility[int(v)])
    return points


def _rows(entry: Entry, values, names: tuple[str, ...], where: str) -> Iterable:
    count = len(names)
    is_coco = entry.format_name == COCO
    wanted = 3 * count if is_coco else count
    if not isinstance(values, list) or len(values) != wanted:
        found = len(values) if isinstance(values, list) else "no list"
        what = "numbers x, y, v" if is_coco else "rows [x, y, v]"
        raise ValueError(
            f"{where}: `keypoints` must be {wanted} {what}, for the {count} "
            f"`keypoints` of its category. Received: {found}: "
            f"{identity.shown(values)}"
        )
    if not is_coco:
        return values
    return zip(values[::3], values[1::3], values[2::3], strict=True)


def _box(entry: Entry, where: str) -> boxes.Box | None:
    # What pose models write in COCO's format often has no box.
    fields = {"bbox": None} if entry.format_name == COCO else {}
    values = _field({**fields, **entry.fields}, "bbox", where)
    if values is None or values == []:
        return None
    annotation.check_numbers(values, 4, where, "bbox")
    if not any(values):
        return None
    if entry.format_name == COCO:
        x, y, width, height = values
        box = (x, y, x + width, y + height)
    else:
        box = voc.edges(*values)
    if box[2] < box[0] or box[3] < box[1]:
        raise ValueError(
            f"{where}: `bbox` must not have negative sides. "
            f"Received: bbox={values}"
        )
    return box

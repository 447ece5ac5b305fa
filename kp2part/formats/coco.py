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
from collections.abc import Sequence
import dataclasses
import pathlib
from typing import Any

from kp2part.formats import annotation
from kp2part.formats import voc
from kp2part.schema import boxes
from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.system import json_file

ANIMAL_POSE = "animal_pose"
COCO = "coco"
_VISIBILITY = {
    ANIMAL_POSE: {0: keys.ABSENT, 1: keys.VISIBLE},
    COCO: {0: keys.ABSENT, 1: keys.OCCLUDED, 2: keys.VISIBLE},
}


@dataclasses.dataclass(frozen=True)
class Described:
    """One item of `categories`.

    Attributes:
        id: The `category_id` of annotations.
        name: Name of the class.
        keypoints: Names of the keypoints, in the order of the annotations.
    """

    id: int | str
    name: str
    keypoints: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Entry:
    """One item of `annotations`, not checked yet.

    Attributes:
        fields: The fields of the annotation.
        categories: The file's categories, by id.
        format_name: `ANIMAL_POSE` or `COCO`.
        source: File and number of the annotation, for messages.
    """

    fields: dict
    categories: Mapping[int | str, Described]
    format_name: str
    source: str


@dataclasses.dataclass(frozen=True)
class _Image:
    id: int | str
    file_name: str


@dataclasses.dataclass(frozen=True)
class _File:
    images: Mapping[str, str] | tuple[_Image, ...]
    categories: tuple[Described, ...]
    # Each is checked separately: one broken annotation must not affect others.
    annotations: list[Any]


def entries(path: pathlib.Path) -> Iterator[tuple[str, Entry]]:
    """Yields image id and annotation, for each annotation in a file."""
    contents = json_file.read(path, _File)
    is_coco = isinstance(contents.images, tuple)
    format_name = COCO if is_coco else ANIMAL_POSE
    image_ids = _image_ids(contents.images, path)
    categories = {c.id: c for c in contents.categories}
    for index, fields in enumerate(contents.annotations):
        source = f"{path}: annotation {index}"
        # Animal-Pose: numbers here, strings among the images.
        image = str(_field(fields, "image_id", source))
        if image not in image_ids:
            raise ValueError(
                f"{source}: `image_id` must be one of `images`. "
                f"Received: image_id={image}"
            )
        yield image_ids[image], Entry(fields, categories, format_name, source)


def parse(
    entry: Entry, category: category_lib.Category
) -> annotation.KeypointAnnotation | None:
    """Returns the annotation; None if it is of another class."""
    category_id = _field(entry.fields, "category_id", entry.source)
    if category_id not in entry.categories:
        raise ValueError(
            f"{entry.source}: `category_id` must be one of "
            f"{sorted(entry.categories)}. Received: {category_id!r}"
        )
    described = entry.categories[category_id]
    if described.name not in category.classes:
        return None
    where, names = f"{entry.source} ({described.name})", described.keypoints
    if not names:
        raise ValueError(f"{where}: its category has no `keypoints`.")
    return annotation.make(
        described.name,
        _box(entry, where),
        dict(zip(names, _points(entry, len(names), where), strict=True)),
        category=category,
        format_name=entry.format_name,
        source=where,
    )


def _image_ids(
    images: Mapping[str, str] | tuple[_Image, ...], path: pathlib.Path
) -> dict[str, str]:
    if isinstance(images, tuple):
        images = {str(image.id): image.file_name for image in images}
    stems = {key: pathlib.Path(name).stem for key, name in images.items()}
    if len(set(stems.values())) < len(stems):
        known = list(stems.values())
        twice = sorted(s for s in set(known) if known.count(s) > 1)
        raise ValueError(
            f"{path}: file names of `images` must differ in more than folder "
            f"and suffix. Duplicates: {twice[:5]}"
        )
    return stems


def _field(fields: dict, name: str, where: str):
    if not isinstance(fields, dict) or name not in fields:
        raise ValueError(f"{where}: has no field `{name}`.")
    return fields[name]


def _points(entry: Entry, count: int, where: str) -> list[tuple]:
    visibility = _VISIBILITY[entry.format_name]
    points = []
    for i, (x, y, v) in enumerate(_rows(entry, count, where)):
        if v not in visibility:
            raise ValueError(
                f"{where}: keypoint {i}: `v` must be one of "
                f"{list(visibility)}. Received: v={v}"
            )
        points.append((x, y, visibility[int(v)]))
    return points


def _rows(entry: Entry, count: int, where: str) -> Iterable[Sequence[float]]:
    values = _field(entry.fields, "keypoints", where)
    if entry.format_name == COCO:
        annotation.check_numbers(values, 3 * count, where, "keypoints")
        return zip(values[::3], values[1::3], values[2::3], strict=True)
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(
            f"{where}: `keypoints` must be {count} rows [x, y, v]. "
            f"Received: {values!r:.80}"
        )
    return (
        annotation.check_numbers(row, 3, f"{where}: keypoint {i}", "[x, y, v]")
        for i, row in enumerate(values)
    )


def _box(entry: Entry, where: str) -> boxes.Box:
    values = annotation.check_numbers(
        _field(entry.fields, "bbox", where), 4, where, "bbox"
    )
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

"""Reads keypoints from JSON files in the format of Animal-Pose or of COCO.

They look alike and differ in all details: Animal-Pose has a dict of images,
boxes by their corners and nested keypoints [[x, y, v], ...] with v in {0, 1};
COCO a list of images, boxes (x, y, width, height) and flat keypoints. For both,
the file's own `categories` say what a class and a keypoint are called. For
conventions see `keypoint_files`.
"""

from collections.abc import Iterator
import dataclasses
import json
import pathlib

from kp2part.formats import annotation
from kp2part.formats import voc
from kp2part.schema import boxes
from kp2part.schema import category as category_lib
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
        fields: Of the annotation.
        categories: The file's categories, by id.
        format_name: `ANIMAL_POSE` or `COCO`.
        source: File and number of the annotation, for messages.
    """

    fields: dict
    categories: dict
    format_name: str
    source: str


def entries(path: pathlib.Path) -> Iterator[tuple[str, Entry]]:
    """Yields image id and annotation, for each annotation in a file."""
    contents = _load(path)
    is_coco = isinstance(contents["images"], list)
    format_name = COCO if is_coco else ANIMAL_POSE
    image_ids = _image_ids(contents["images"], path)
    categories = {c.get("id"): c for c in contents["categories"]}
    for index, fields in enumerate(contents["annotations"]):
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
    class_name = _field(described, "name", f"{entry.source}: its category")
    if class_name not in category.classes:
        return None
    where = f"{entry.source} ({class_name})"
    names = _field(described, "keypoints", f"{where}: its category")
    return annotation.make(
        class_name,
        _box(entry, where),
        dict(zip(names, _rows(entry, len(names), where), strict=True)),
        category=category,
        format_name=entry.format_name,
        source=where,
    )


def _load(path: pathlib.Path) -> dict:
    try:
        contents = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not a JSON file: {error}") from error
    for name, kinds in (
        ("images", dict | list),
        ("annotations", list),
        ("categories", list),
    ):
        if not isinstance(contents, dict) or name not in contents:
            raise ValueError(f"{path}: has no field `{name}`.")
        if not isinstance(contents[name], kinds):
            raise ValueError(
                f"{path}: `{name}` must be a {kinds}. "
                f"Received: {contents[name]!r:.80}"
            )
    return contents


def _image_ids(images: dict | list, path: pathlib.Path) -> dict[str, str]:
    if isinstance(images, list):
        images = {
            _field(image, "id", f"{path}: image {i}"): _field(
                image, "file_name", f"{path}: image {i}"
            )
            for i, image in enumerate(images)
        }
    stems = {str(key): pathlib.Path(n).stem for key, n in images.items()}
    if len(set(stems.values())) < len(stems):
        known = list(stems.values())
        twice = sorted(s for s in set(known) if known.count(s) > 1)
        raise ValueError(
            f"{path}: names of `images` must differ in more than folder and "
            f"suffix. Twice: {twice[:5]}"
        )
    return stems


def _field(fields: dict, name: str, where: str):
    if not isinstance(fields, dict) or name not in fields:
        raise ValueError(f"{where}: has no field `{name}`.")
    return fields[name]


def _rows(entry: Entry, count: int, where: str) -> list[tuple]:
    values = _field(entry.fields, "keypoints", where)
    if entry.format_name == COCO:
        annotation.check_numbers(values, 3 * count, where, "keypoints")
        values = [values[i : i + 3] for i in range(0, len(values), 3)]
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(
            f"{where}: `keypoints` must be {count} rows [x, y, v]. "
            f"Received: {values!r:.80}"
        )
    return [
        _row(row, entry.format_name, f"{where}: keypoint {i}")
        for i, row in enumerate(values)
    ]


def _row(row, format_name: str, where: str) -> tuple[float, float, int]:
    x, y, v = annotation.check_numbers(row, 3, where, "[x, y, v]")
    if v not in (visibility := _VISIBILITY[format_name]):
        raise ValueError(
            f"{where}: `v` must be one of {list(visibility)}. Received: v={v}"
        )
    return x, y, visibility[v]


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

"""Reads part masks from CVAT's XML, "CVAT for images 1.1".

Masks and polygons are parts or whole objects, by their label. A `group_id`
joins what belongs together: the skeleton, box or mask of an object, and its
parts. Boxes are of whole objects; those of parts have no mask. The origin of
pixels is at the corner, as in boxes here.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import pathlib
from typing import Any
import xml.etree.ElementTree as ET

from kp2part.formats.files import xml_file
from kp2part.formats.masks import region_photos
from kp2part.formats.masks import regions as regions_lib
from kp2part.formats.masks import segmentation
from kp2part.formats.names import identity
from kp2part.formats.names import part_names
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import pose_file
from kp2part.schema import category as category_lib

SUFFIX = ".xml"
_ADVICE = "Group each part with the skeleton, box or mask of its object."
_NO_GROUP = (None, "", "0")
_KINDS = ("skeleton", "box", "mask", "polygon")

Fields = dict[str, Any]


def read(
    path: pathlib.Path, category: category_lib.Category
) -> region_photos.RegionPhotos:
    """Returns the masks of all photos.

    Args:
        path: Of the file.
        category: Whose parts.

    Raises:
        ValueError: It is no such file, has a photo twice, or no part of the
            category.
    """
    root = xml_file.read(path)
    version = (root.findtext("version") or "").strip()
    if root.tag != "annotations" or version != "1.1":
        raise ValueError(
            f'{path}: must be an .xml file of "CVAT for images 1.1". '
            f"Received: <{root.tag:.40}>, version {version!r:.20}"
        )
    if root.find("track") is not None:
        raise ValueError(
            f"{path}: has tracks, of a video. Export the task as "
            '"CVAT for images 1.1".'
        )
    vocabulary = vocabulary_lib.Vocabulary(category)
    photos = [_photo(path, item, vocabulary) for item in root.iter("image")]
    labels = {name: None for photo in photos for name in photo.names}
    return region_photos.RegionPhotos(path, photos, labels, category)


def _photo(
    path: pathlib.Path, item: ET.Element, vocabulary: vocabulary_lib.Vocabulary
) -> region_photos.RegionPhoto:
    name = xml_file.text_of(item.get("name"), str(path), "image/name")
    where = f"{path}: image {name!r:.80}"
    height, width = (
        _whole_number(item, side, where) for side in ("height", "width")
    )
    size = height, width
    shapes = [
        (f"image {name!r:.80}, {shape.tag} {i}", _fields(shape, size, where, i))
        for i, shape in enumerate(s for s in item if s.tag in _KINDS)
    ]
    entries = tuple(_joined(shapes, vocabulary))
    labels = {fields["category_id"]: None for _, fields in entries}
    return region_photos.RegionPhoto(
        path,
        pose_file.Photo(name, height, width),
        entries,
        {label: label for label in labels},
        _ADVICE,
    )


def _joined(
    shapes: Iterable[tuple[str, Fields]],
    vocabulary: vocabulary_lib.Vocabulary,
) -> Iterator[region_photos.Entry]:
    """Yields one entry for all that is of one object as a whole."""
    parts = part_names.PartNames(vocabulary.category)
    wholes: dict[str, Fields] = {}
    for place, fields in shapes:
        group = fields.get(regions_lib.OBJECT)
        label = fields["category_id"]
        is_whole = vocabulary.class_of(label) is not None
        if not is_whole and "segmentation" not in fields:
            if group is None and parts.find(label) is None:
                yield place, fields
        elif not is_whole or group is None:
            yield place, fields
        elif (known := wholes.get(group)) is None:
            wholes[group] = dict(fields)
            yield place, wholes[group]
        else:
            _add(known, dict(fields), place)


def _add(known: Fields, fields: Fields, place: str):
    """Adds the box or the mask of an object to its skeleton, or vice versa."""
    for name, value in fields.items():
        if known.setdefault(name, value) != value:
            raise ValueError(
                f"{place}: its group has another object as a whole, with "
                f"`{name}` {identity.shown(known[name])}"
            )


def _fields(
    shape: ET.Element, size: segmentation.Size, where: str, number: int
) -> Fields:
    """Returns a shape as an annotation of COCO."""
    here = f"{where}, {shape.tag} {number}"
    fields: Fields = {
        "category_id": xml_file.text_of(shape.get("label"), here, "label")
    }
    if (group := shape.get("group_id")) not in _NO_GROUP:
        fields[regions_lib.OBJECT] = group
    if shape.tag == "box":
        left, top, right, bottom = (
            xml_file.number_of(shape.get(name), here, name)
            for name in ("xtl", "ytl", "xbr", "ybr")
        )
        fields["bbox"] = [left, top, right - left, bottom - top]
    elif shape.tag == "polygon":
        fields["segmentation"] = [_polygon(shape, here)]
    elif shape.tag == "mask":
        fields["segmentation"] = _mask(shape, size, here)
    return fields


def _polygon(shape: ET.Element, where: str) -> list[float]:
    pairs = (shape.get("points") or "").replace(";", ",").split(",")
    return [xml_file.number_of(text, where, "points") for text in pairs]


def _mask(shape: ET.Element, size: segmentation.Size, where: str) -> Fields:
    counts = (shape.get("rle") or "").split(",")
    sides = ("left", "top", "width", "height")
    return {
        "size": list(size),
        segmentation.BOX: [_whole_number(shape, s, where) for s in sides],
        "counts": [_whole(text, where, "rle") for text in counts],
    }


def _whole_number(item: ET.Element, name: str, where: str) -> int:
    return _whole(item.get(name), where, name)


def _whole(text: str | None, where: str, field: str) -> int:
    value = xml_file.number_of(text, where, field)
    if value != int(value) or value < 0:
        raise ValueError(
            f"{where}: `{field}` must be whole numbers of at least 0. "
            f"Received: {identity.shown(text)}"
        )
    return int(value)

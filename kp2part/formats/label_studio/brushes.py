"""The parts of an object as Label Studio's brush has them."""

from collections.abc import Iterator
from typing import Any

from kp2part.formats.labeled import labels
from kp2part.formats.masks import brush_rle
from kp2part.schema import category as category_lib

TYPE = "brushlabels"


def of_object(
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the name of each part that an object has, and a region's `value`.

    Args:
        item: The object.
        photo: With its size.
        category: Names of parts.
    """
    for part_id, mask in labels.parts_of(item):
        part = list(category.parts)[part_id]
        packed = brush_rle.encode(mask, item.corner, photo.height, photo.width)
        yield part, {"format": "rle", "rle": packed, TYPE: [part]}

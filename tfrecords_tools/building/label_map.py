"""Merges the overlapping part masks of an object into one label map."""

import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.schema import category as category_lib
from kp2part.schema import keys


def draw(
    item: photo_objects.Object, category: category_lib.Category, unassigned: str
) -> np.ndarray:
    """Returns the part id of each pixel, uint8 [H, W].

    Annotated parts are first merged into those of the category: the pixels of
    an eye belong to the head. Where two of these overlap, the smaller one wins;
    if their areas are equal, the one listed later. Parts that the category
    leaves out never win.

    Args:
        item: An object of the category.
        category: The parts and their ids.
        unassigned: Label of the object's pixels outside all annotated parts:
            "background", or "ignore" for `keys.IGNORE_LABEL`.

    Raises:
        ValueError: The object has a part that is unknown to the category.
    """
    labels = np.zeros(item.mask.shape, np.uint8)
    if unassigned == "ignore":
        labels[item.mask] = keys.IGNORE_LABEL
    if item.labels is not None:
        return np.where(item.labels > 0, item.labels, labels)
    merged = {}
    for part in item.parts:
        part_id = category.part_of(part.name)
        merged[part_id] = merged.get(part_id, False) | part.mask
    if (left_out := merged.pop(0, None)) is not None:
        labels[left_out] = 0
    for part_id in sorted(merged, key=lambda i: (-merged[i].sum(), i)):
        labels[merged[part_id]] = part_id
    return labels


def has_part(labels: np.ndarray) -> bool:
    """Returns whether any pixel of a label map is in a part."""
    return bool(((labels > 0) & (labels != keys.IGNORE_LABEL)).any())

"""From the part masks of an object, which overlap, to one map of labels."""

import numpy as np

from kp2part.formats import pascal_part
from kp2part.schema import category as category_lib
from kp2part.schema import keys


def draw(
    item: pascal_part.Object, category: category_lib.Category, unassigned: str
) -> np.ndarray:
    """Returns the part of each pixel, uint8 [H, W].

    Annotated parts first become the category's: the pixels of an eye are its
    head's. Where two of these overlap the one of smaller area wins; of equal
    areas the one listed later. Parts that the category leaves out never win.

    Args:
        item: An object of the category.
        category: The parts and their ids.
        unassigned: What the object's pixels in no annotated part become:
            "background", or "ignore" for `keys.IGNORE_LABEL`.

    Raises:
        ValueError: The object has a part that the category does not know.
    """
    merged = {}
    for part in item.parts:
        part_id = category.part_of(part.name)
        merged[part_id] = merged.get(part_id, False) | part.mask
    labels = np.zeros(item.mask.shape, np.uint8)
    if unassigned == "ignore":
        labels[item.mask] = keys.IGNORE_LABEL
    if (left_out := merged.pop(0, None)) is not None:
        labels[left_out] = 0
    for part_id in sorted(merged, key=lambda i: (-merged[i].sum(), i)):
        labels[merged[part_id]] = part_id
    return labels


def has_part(labels: np.ndarray) -> bool:
    """Returns whether any pixel of a label map is in a part."""
    return bool(((labels > 0) & (labels != keys.IGNORE_LABEL)).any())

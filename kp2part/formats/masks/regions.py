"""The objects and parts of a photo as regions with a name."""

from collections.abc import Mapping
import dataclasses
import functools
from typing import Any

import numpy as np

from kp2part.formats.masks import segmentation
from kp2part.formats.names import identity
from kp2part.formats.poses import annotation

# The annotation of the object that a part belongs to: ours, and PACO's.
PARENTS = ("parent_id", "obj_ann_id")
OBJECT = "object_id"


@dataclasses.dataclass(frozen=True)
class Region:
    """One object or part.

    Attributes:
        place: Its place in the file, for messages.
        id: Its `id`, None if it has none.
        name: Name of its category.
        parent: The `id` of the annotation of its object, None if unknown.
        object_id: What its object's other annotations have too, if known.
        is_crowd: Whether it is of many objects at once.
        box: In pixel edges of the photo; None if it has none.
        where: File and place, for messages.
    """

    place: str
    id: str | None
    name: str
    parent: str | None
    object_id: str | None
    is_crowd: bool
    box: tuple[float, float, float, float] | None
    where: str
    size: segmentation.Size
    segmentation: Any = dataclasses.field(default=None, repr=False)

    @functools.cached_property
    def mask(self) -> np.ndarray | None:
        """Bool [H, W]; None if it has no segmentation."""
        return segmentation.read(self.segmentation, self.size, self.where)

    @functools.cached_property
    def area(self) -> np.ndarray:
        """Bool [H, W]: its mask or, if it has none, its box."""
        if self.mask is not None:
            return self.mask
        filled = np.zeros(self.size, bool)
        if self.box is not None:
            xmin, ymin, xmax, ymax = (max(round(edge), 0) for edge in self.box)
            filled[ymin:ymax, xmin:xmax] = True
        return filled


def parse(
    place: str,
    fields: Mapping[str, Any],
    names: Mapping[str, str],
    size: segmentation.Size,
    path: str,
) -> Region:
    """Returns the region of an annotation.

    Args:
        place: Its place in the file, for messages: "annotation 3".
        fields: Of the annotation.
        names: Names of categories by id.
        size: (height, width) of the photo.
        path: Of the file, for messages.

    Raises:
        ValueError: A field is broken.
    """
    where = f"{path}: {place}"
    key = _id(fields, "category_id", where)
    if key is None or key not in names:
        raise ValueError(
            f"{where}: `category_id` must be one of [{', '.join(names):.200}]. "
            f"Received: {identity.shown(fields.get('category_id'))}"
        )
    where = f"{where} ({names[key]})"
    own = _id(fields, "id", where)
    found = {_id(fields, name, where) for name in PARENTS} - {None, own}
    if len(found) > 1:
        raise ValueError(
            f"{where}: {' and '.join(f'`{n}`' for n in PARENTS)} must not "
            f"differ. Received: {sorted(map(str, found))}"
        )
    return Region(
        place,
        own,
        names[key],
        found.pop() if found else None,
        _id(fields, OBJECT, where),
        fields.get("iscrowd") in (1, True),
        _box(fields.get("bbox"), where),
        where,
        size,
        fields.get("segmentation"),
    )


def _id(fields: Mapping[str, Any], name: str, where: str) -> str | None:
    value = fields.get(name)
    return None if value is None else identity.id_of(value, where, name)


def _box(value: Any, where: str):
    if value is None or value == []:
        return None
    x, y, width, height = annotation.check_numbers(value, 4, where, "bbox")
    return (x, y, x + width, y + height)

"""Joins the parts of a photo to its objects.

A part says itself whose it is (`parent_id`, `obj_ann_id`, `object_id`), or it
lies in the mask or the box of one object only. What may belong to several
objects, or to none, is an error: nobody could see it in the records.
"""

from collections.abc import Sequence
import dataclasses

import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.masks import regions as regions_lib
from kp2part.formats.names import identity
from kp2part.formats.names import part_names
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.schema import category as category_lib

_INSIDE = 0.9  # Of a part's pixels: masks of two tools differ at the borders.


@dataclasses.dataclass
class _Whole:
    """An object, and the parts found so far."""

    region: regions_lib.Region
    class_name: str | None  # None: not of the category.
    parts: list[photo_objects.Part] = dataclasses.field(default_factory=list)


def join(
    regions: Sequence[regions_lib.Region],
    category: category_lib.Category,
    advice: str,
) -> tuple[photo_objects.Object, ...]:
    """Returns the objects of all classes, with their parts.

    Args:
        regions: All annotations of the photo.
        category: Its classes and parts.
        advice: How to say whose a part is, for messages.

    Raises:
        ValueError: A part is unknown, or it is unclear whose it is.
    """
    names = part_names.PartNames(category)
    wholes, parts = _divide(regions, category, names)
    has_ours = any(whole.class_name is not None for whole in wholes)
    alone = []
    for region in parts:
        if region.parent is None and not has_ours:
            alone.append(region)
            continue
        whole = _whole_of(region, wholes, advice)
        if whole.class_name is not None:
            whole.parts.append(_part(region, names))
    _refuse_unknown_parts(wholes, names)
    found = [*map(_object, wholes), *_without_whole(alone, names, category)]
    return tuple(
        dataclasses.replace(item, index=i) for i, item in enumerate(found)
    )


def _divide(
    regions: Sequence[regions_lib.Region],
    category: category_lib.Category,
    names: part_names.PartNames,
) -> tuple[list[_Whole], list[regions_lib.Region]]:
    """Returns the whole objects, and the parts by name or by what they say."""
    vocabulary = vocabulary_lib.Vocabulary(category)
    found = [_Whole(r, vocabulary.class_of(r.name)) for r in regions]
    ours = [item.region for item in found if item.class_name is not None]
    groups = {region.object_id for region in ours} - {None}
    wholes, parts = [], []
    for item in found:
        region = item.region
        is_like_one = (
            names.find(region.name) is not None or region.object_id in groups
        )
        if region.parent or (item.class_name is None and is_like_one):
            parts.append(region)
        else:
            wholes.append(item)
    return wholes, parts


def _whole_of(
    part: regions_lib.Region, wholes: Sequence[_Whole], advice: str
) -> _Whole:
    if part.parent is not None:
        found = [w for w in wholes if w.region.id == part.parent]
        rule = f"the object {part.parent!r:.40} that it names must be"
    elif shared := [
        w
        for w in wholes
        if part.object_id is not None and w.region.object_id == part.object_id
    ]:
        found = shared
        rule = f"its `{regions_lib.OBJECT}` {part.object_id!r:.40} must be"
    else:
        found = [
            w
            for w in wholes
            if w.class_name is not None and _lies_in(part, w.region)
        ]
        rule = "the object that it lies in must be"
    if len(found) == 1:
        return found[0]
    listed = ", ".join(w.region.place for w in found[:5])
    raise ValueError(
        f"{part.where}: {rule} one object of the same photo. "
        f"Received: {listed or 'none'}. {advice}"
    )


def _lies_in(part: regions_lib.Region, whole: regions_lib.Region) -> bool:
    pixels = part.area.sum()
    return pixels > 0 and (part.area & whole.area).sum() >= _INSIDE * pixels


def _part(
    region: regions_lib.Region, names: part_names.PartNames
) -> photo_objects.Part:
    name = names.check(region.name, region.where)
    if region.mask is None:
        raise ValueError(f"{region.where}: must have a `segmentation`.")
    return photo_objects.Part(name, region.mask)


def _refuse_unknown_parts(
    wholes: Sequence[_Whole], names: part_names.PartNames
):
    """Refuses what looks like a part: it would be background in silence.

    Other objects may well lie in an object's box. In its mask they do not,
    and a name may be misspelled.
    """
    ours = [w.region for w in wholes if w.class_name is not None]
    for region in (w.region for w in wholes if w.class_name is None):
        is_near = bool(identity.nearest(region.name, names.all()))
        for other in ours:
            is_masked = region.mask is not None and other.mask is not None
            if (is_near or is_masked) and _lies_in(region, other):
                raise ValueError(
                    f"{region.where}: lies in {other.place} "
                    f"({other.name}): {names.unknown(region.name)}"
                )


def _without_whole(
    parts: Sequence[regions_lib.Region],
    names: part_names.PartNames,
    category: category_lib.Category,
) -> list[photo_objects.Object]:
    """Returns the objects of parts in a photo without a whole object."""
    groups: dict[str | None, list[regions_lib.Region]] = {}
    for region in parts:
        groups.setdefault(region.object_id, []).append(region)
    class_name = vocabulary_lib.unnamed_class(category)
    found = []
    for object_id, group in groups.items():
        drawn = tuple(_part(region, names) for region in group)
        found.append(
            photo_objects.Object(
                0,
                class_name,
                np.any([part.mask for part in drawn], axis=0),
                drawn,
                instance=object_id or "",
                may_be_several=object_id is None,
            )
        )
    return found


def _object(whole: _Whole) -> photo_objects.Object:
    region = whole.region
    if whole.class_name is None or region.is_crowd:
        return _other(whole)
    mask = region.area
    if region.mask is None and whole.parts:
        mask = np.any([part.mask for part in whole.parts], axis=0)
    return photo_objects.Object(
        0,
        whole.class_name,
        mask,
        tuple(whole.parts),
        instance=region.object_id or "",
    )


def _other(whole: _Whole) -> photo_objects.Object:
    """Returns an object that only counts for overlaps."""
    region = whole.region
    name = f"{region.name} (crowd)" if region.is_crowd else region.name
    return photo_objects.Object(0, name, region.area)

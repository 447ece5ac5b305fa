"""Writes part masks for CVAT, in its format "CVAT for images 1.1".

Each object is a skeleton of its class; the mask of each of its parts has the
same `group_id`. The task in CVAT needs these labels: `meta/task/labels` lists
them. CVAT has no field for the quality of an object, nor for a box beside its
skeleton.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import os
import xml.etree.ElementTree as ET

import numpy as np

from kp2part.formats.files import decimals
from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.masks import rle
from kp2part.schema import boxes
from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.system import atomic

_SKELETON_COLOR = "#c06060"
_POINT_COLOR = "#d12345"


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
):
    """Writes one .xml file, photo by photo.

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts.
        path: Of the file.

    Raises:
        ValueError: A class is called like a part, which CVAT cannot tell
            apart; or see `label_checks.checked`. No file is left behind.
    """
    classes = label_names.classes(category)
    if both := sorted({*classes} & {*list(category.parts)[1:]}):
        raise ValueError(
            f"{path}: names of classes and parts of {category.name!r} must "
            f"differ: each is a label in CVAT. Received: {both}"
        )
    atomic.write(path, lambda partial: _save(photos, category, partial))


def _save(photos, category: category_lib.Category, partial: str):
    with open(partial, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n')
        file.write("  <version>1.1</version>\n")
        file.write(_text(_meta(category)))
        checked = label_checks.checked(photos, category)
        for index, photo in enumerate(checked):
            file.write(_text(_image(photo, index, category)))
        file.write("</annotations>\n")


def _text(element: ET.Element) -> str:
    ET.indent(element, level=1)
    return f"  {ET.tostring(element, encoding='unicode').rstrip()}\n"


def _meta(category: category_lib.Category) -> ET.Element:
    meta = ET.Element("meta")
    found = ET.SubElement(ET.SubElement(meta, "task"), "labels")
    for name in label_names.classes(category):
        _label(found, name, _SKELETON_COLOR, "skeleton")
        for keypoint in category.keypoints:
            _label(found, keypoint, _POINT_COLOR, "points", name)
    pairs = zip(category.parts, category.palette, strict=True)
    for name, color in list(pairs)[1:]:
        _label(found, name, color, "mask")
    return meta


def _label(
    parent: ET.Element, name: str, color: str, kind: str, owner: str = ""
):
    label = ET.SubElement(parent, "label")
    fields = {"name": name, "color": color, "type": kind}
    if owner:
        fields["parent"] = owner
    for tag, text in fields.items():
        ET.SubElement(label, tag).text = text


def _image(
    photo: labels.LabeledPhoto, index: int, category: category_lib.Category
) -> ET.Element:
    # CVAT looks for the name; in a video, which has none, for the frame's id.
    image = ET.Element(
        "image",
        id=str(index if photo.frame is None else photo.frame),
        name=label_names.file_name(photo),
        width=str(photo.width),
        height=str(photo.height),
    )
    for group, item in enumerate(photo.objects, 1):
        shared = {"group_id": str(group), "z_order": "0"}
        label = label_names.class_name(item, category)
        fields = {"label": label, "source": "manual", **shared}
        skeleton = ET.SubElement(image, "skeleton", fields)
        for point in _points(item, photo, category):
            ET.SubElement(skeleton, "points", point)
        for part_id, mask in labels.parts_of(item):
            fields = {"label": list(category.parts)[part_id], "source": "auto"}
            fields |= {**_mask(mask, item.corner), **shared}
            ET.SubElement(image, "mask", fields)
    return image


def _points(
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
) -> Iterator[dict[str, str]]:
    away = _middle(item, photo)
    for name, (x, y, v) in zip(category.keypoints, item.keypoints, strict=True):
        if v == keys.ABSENT:
            x, y = away
        x, y = decimals.from_corner(x), decimals.from_corner(y)
        yield {
            "label": name,
            "source": "manual",
            "outside": str(int(v == keys.ABSENT)),
            "occluded": str(int(v == keys.OCCLUDED)),
            "points": f"{x},{y}",
        }


def _middle(
    item: labels.LabeledObject, photo: labels.LabeledPhoto
) -> tuple[float, float]:
    """Returns where an absent keypoint appears once people switch it on."""
    present = item.keypoints[item.keypoints[:, 2] > 0, :2]
    if len(present):
        x, y = present.mean(axis=0).round(2)
        return x, y
    return (photo.width - 1) / 2, (photo.height - 1) / 2


def _mask(mask: np.ndarray, corner: labels.Corner) -> dict[str, str]:
    """Returns the run lengths of a mask in its box: by rows, zeros first."""
    xmin, ymin, xmax, ymax = (int(x) for x in boxes.extent(mask) or ())
    inside = mask[ymin:ymax, xmin:xmax]
    height, width = inside.shape
    # Down the columns of the turned mask, which are its rows.
    counts = rle.run_lengths(inside.T, (0, 0), width, height)
    if not counts[-1]:
        counts.pop()
    return {
        "occluded": "0",
        "rle": ", ".join(map(str, counts)),
        "left": str(corner[0] + xmin),
        "top": str(corner[1] + ymin),
        "width": str(width),
        "height": str(height),
    }

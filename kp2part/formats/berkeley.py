"""Reads Berkeley's keypoints of VOC objects: `<class>/<image>_<voc_id>.xml`.

Bourdev and Malik, "Poselets", ICCV 2009. One file per object. Only annotated
keypoints are listed. For conventions see `readers`.
"""

from collections.abc import Iterator
import pathlib
import xml.etree.ElementTree as ET

from kp2part.formats import annotation
from kp2part.formats import voc
from kp2part.schema import boxes
from kp2part.schema import category as category_lib
from kp2part.schema import keys

FORMAT = "berkeley"
_VISIBILITY = {"1": keys.VISIBLE, "0": keys.OCCLUDED}


def entries(directory: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """Yields the image id and the path of every file below a directory."""
    paths = sorted(directory.rglob("*.xml"))
    if not paths:
        raise ValueError(f"{directory}: has no .xml file of keypoints.")
    for path in paths:
        yield path.stem.rpartition("_")[0], path


def parse(
    path: pathlib.Path, category: category_lib.Category
) -> annotation.KeypointAnnotation | None:
    """Returns the annotation in a file; None if it is of another class."""
    root, where = voc.read_xml(path), str(path)
    class_name = voc.pascal_part_class(
        voc.text_of(root.findtext("category"), where, "category")
    )
    if class_name not in category.classes:
        return None
    image_id = voc.text_of(root.findtext("image"), where, "image")
    if image_id != path.stem.rpartition("_")[0]:
        raise ValueError(
            f"{path}: `image` must be the beginning of the file's name. "
            f"Received: image={image_id!r}"
        )
    return annotation.make(
        class_name,
        _box(root, where),
        _points(root, where),
        category=category,
        format_name=FORMAT,
        source=where,
    )


def _box(root: ET.Element, where: str) -> boxes.Box:
    if (bounds := root.find("visible_bounds")) is None:
        raise ValueError(f"{where}: has no field `visible_bounds`.")
    xmin, ymin, width, height = (
        voc.number_of(bounds.get(name), where, f"visible_bounds/{name}")
        for name in ("xmin", "ymin", "width", "height")
    )
    return voc.edges(xmin, ymin, xmin + width, ymin + height)


def _points(root: ET.Element, where: str) -> dict:
    points = {}
    for item in root.iterfind("keypoints/keypoint"):
        name = voc.text_of(item.get("name"), where, "keypoint/name")
        here = f"{where}: keypoint {name!r}"
        if name in points:
            raise ValueError(f"{here}: is listed twice.")
        x, y = (voc.number_of(item.get(a), here, a) for a in "xy")
        if (visible := item.get("visible")) not in _VISIBILITY:
            raise ValueError(
                f"{here}: `visible` must be 0 or 1. Received: {visible!r}"
            )
        points[name] = x, y, _VISIBILITY[visible]
    return points

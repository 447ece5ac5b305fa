"""Reads Berkeley's keypoints of VOC objects: `<class>/<image>_<voc_id>.xml`.

Bourdev and Malik, "Poselets", ICCV 2009. One file per object. Only annotated
keypoints are listed. For conventions see `readers`.
"""

from collections.abc import Iterator
import pathlib
import xml.etree.ElementTree as ET

from kp2part.formats.files import xml_file
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.pascal import voc
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import boxes
from kp2part.schema import keys

FORMAT = "berkeley"
_VISIBILITY = {"1": keys.VISIBLE, "0": keys.OCCLUDED}


def read(
    directory: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos, and pairs of a photo and the path of a file.

    Args:
        directory: Holds `<class>/<image>_<voc_id>.xml`.
        vocabulary: Names of classes and keypoints.
    """
    del vocabulary  # Each file has its own keypoints.
    paths = sorted(directory.rglob("*.xml"))
    if not paths:
        raise ValueError(f"{directory}: has no .xml file of keypoints.")
    photos = {name: pose_file.Photo(name) for name in map(_image, paths)}
    entries = ((photos[_image(path)], path) for path in paths)
    return tuple(photos.values()), entries


def _image(path: pathlib.Path) -> str:
    return path.stem.rpartition("_")[0]


def parse(
    path: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation in a file, or why it is none of ours."""
    root, where = xml_file.read(path), str(path)
    name = xml_file.text_of(root.findtext("category"), where, "category")
    class_name = vocabulary.class_of(voc.pascal_part_class(name))
    if class_name is None:
        return pose_file.PassedOver(f"of class {name!r:.40}")
    image_id = xml_file.text_of(root.findtext("image"), where, "image")
    if image_id != _image(path):
        raise ValueError(
            f"{path}: `image` must be the beginning of the file's name. "
            f"Received: image={image_id!r}"
        )
    points = _points(root, where)
    if not points:
        return pose_file.PassedOver("without keypoints", is_object=True)
    return annotation.make(
        class_name,
        _box(root, where),
        points,
        vocabulary=vocabulary,
        format_name=FORMAT,
        source=where,
    )


def _box(root: ET.Element, where: str) -> boxes.Box:
    if (bounds := root.find("visible_bounds")) is None:
        raise ValueError(f"{where}: has no field `visible_bounds`.")
    xmin, ymin, width, height = (
        xml_file.number_of(bounds.get(name), where, f"visible_bounds/{name}")
        for name in ("xmin", "ymin", "width", "height")
    )
    return voc.edges(xmin, ymin, xmin + width, ymin + height)


def _points(root: ET.Element, where: str) -> dict:
    points = {}
    for item in root.iterfind("keypoints/keypoint"):
        name = xml_file.text_of(item.get("name"), where, "keypoint/name")
        here = f"{where}: keypoint {name!r}"
        if name in points:
            raise ValueError(f"{here}: is listed twice.")
        x, y = (xml_file.number_of(item.get(a), here, a) for a in "xy")
        if (visible := item.get("visible")) not in _VISIBILITY:
            raise ValueError(
                f"{here}: `visible` must be 0 or 1. Received: {visible!r}"
            )
        points[name] = x, y, _VISIBILITY[visible]
    return points

"""Encodes scenes in the formats of VOC, Pascal-Part, Berkeley and Animal-Pose.

Points of a scene are (x, y) with the origin at the center of the top-left
pixel. Keypoint files have them unchanged, Animal-Pose's truncated to whole
pixels. Boxes in all files are VOC's: 1-based and inclusive.
"""

from collections.abc import Sequence
import json
import pathlib
import xml.etree.ElementTree as ET

from kp2part.formats.masks import photo_objects
from kp2part.formats.pascal import pascal_part_writer
from tfrecords_tools.synthetic import animals
from tfrecords_tools.synthetic import canvas
from tfrecords_tools.synthetic import pascal_part_names
from tfrecords_tools.synthetic import scenes
from tfrecords_tools.synthetic import sprites

_CATEGORY_IDS = {"dog": 1, "cat": 2, "sheep": 3, "horse": 4, "cow": 5}
_SKELETON = (
    (0, 1), (0, 2), (1, 2), (0, 3), (1, 4), (2, 17), (18, 19), (5, 9), (6, 10),
    (7, 11), (8, 12), (9, 13), (10, 14), (11, 15), (12, 16),
)  # fmt: skip


def write_scene(
    scene: scenes.Scene, image_id: str, directory: pathlib.Path, quality: int
):
    """Writes a photo and its annotations, except Animal-Pose's single file.

    Args:
        scene: The scene to write.
        image_id: E.g. "2026_000001".
        directory: Parent of JPEGImages etc., which must exist.
        quality: JPEG quality, 1 to 100.
    """
    jpeg = canvas.encode_jpeg(scene.image, quality)
    (directory / "JPEGImages" / f"{image_id}.jpg").write_bytes(jpeg)
    mat = pascal_part_mat(scene, image_id)
    (directory / "Annotations_Part" / f"{image_id}.mat").write_bytes(mat)
    xml = voc_xml(scene, image_id)
    (directory / "Annotations" / f"{image_id}.xml").write_bytes(xml)
    for voc_id, item in enumerate(scene.objects, start=1):
        if item.keypoints[:, 2].any():
            folder = directory / "keypoints" / "berkeley" / item.class_name
            path = folder / f"{image_id}_{voc_id}.xml"
            path.write_bytes(berkeley_xml(item, image_id, voc_id))


def make_directories(directory: pathlib.Path):
    """Creates the folders for `write_scene`."""
    for name in ("JPEGImages", "Annotations_Part", "Annotations", "ImageSets"):
        (directory / name).mkdir()
    for name in _CATEGORY_IDS:
        (directory / "keypoints" / "berkeley" / name).mkdir(parents=True)


def pascal_part_mat(scene: scenes.Scene, image_id: str) -> bytes:
    """Returns a .mat file, with objects in the reverse of VOC's order."""
    objects = [
        photo_objects.Object(i, item.class_name, item.mask, _parts(item))
        for i, item in enumerate(reversed(scene.objects))
    ]
    return pascal_part_writer.encode(image_id, objects)


def _parts(item) -> tuple[photo_objects.Part, ...]:
    masks = pascal_part_names.overlapping(item.class_name, item.parts)
    return tuple(photo_objects.Part(*pair) for pair in masks.items())


def voc_xml(scene: scenes.Scene, image_id: str) -> bytes:
    """Returns a file of VOC's `Annotations`."""
    root = ET.Element("annotation")
    _add(root, "folder", "VOC2010")
    _add(root, "filename", f"{image_id}.jpg")
    size = _add(root, "size")
    names = "height", "width", "depth"
    for name, value in zip(names, scene.image.shape, strict=True):
        _add(size, name, value)
    _add(root, "segmented", 1)
    height, width = scene.image.shape[:2]
    for item in scene.objects:
        xmin, ymin, xmax, ymax = voc_box(item)
        entry = _add(root, "object")
        _add(entry, "name", item.class_name)
        cut = xmin == 1 or ymin == 1 or xmax == width or ymax == height
        _add(entry, "truncated", int(cut))
        _add(entry, "difficult", 0)
        corners = _add(entry, "bndbox")
        for name, value in (("xmin", xmin), ("ymin", ymin), ("xmax", xmax),
                            ("ymax", ymax)):  # fmt: skip
            _add(corners, name, value)
    return _xml(root, declaration=False)


def berkeley_xml(item: scenes.SceneObject, image_id: str, voc_id: int) -> bytes:
    """Returns a file of Berkeley's keypoints: only annotated ones, no knees."""
    xmin, ymin, xmax, ymax = voc_box(item)
    root = ET.Element("annotation")
    _add(root, "image", image_id)
    _add(root, "voc_id", voc_id)
    _add(root, "category", item.class_name)
    ET.SubElement(
        root, "visible_bounds", height=f"{ymax - ymin:.2f}",
        width=f"{xmax - xmin:.2f}", xmin=f"{xmin:.2f}", ymin=f"{ymin:.2f}",
    )  # fmt: skip
    points = _add(root, "keypoints")
    for name, (x, y, v) in zip(animals.KEYPOINTS, item.keypoints, strict=True):
        if v and not name.endswith("knee"):
            ET.SubElement(points, "keypoint", name=berkeley_name(name),
                          visible="1", x=f"{x:.2f}", y=f"{y:.2f}",
                          z="0.00")  # fmt: skip
    return _xml(root, declaration=True)


def berkeley_name(keypoint: str) -> str:
    """Returns e.g. "L_F_Elbow" for "left_front_elbow"."""
    whole = {"withers": "Withers", "tailbase": "TailBase"}
    words = [
        {"left": "L", "right": "R", "front": "F", "back": "B",
         "ear": "EarBase"}.get(word, word.capitalize())
        for word in keypoint.split("_")
    ]  # fmt: skip
    return whole.get(keypoint, "_".join(words))


def animal_pose_annotations(scene: scenes.Scene, image_id: int) -> list[dict]:
    """Returns a photo's entries in `annotations` of Animal-Pose's JSON."""
    return [
        {
            "image_id": image_id,
            "bbox": voc_box(item),
            "keypoints": [[int(n) for n in row] for row in item.keypoints],
            "num_keypoints": len(item.keypoints),  # Includes absent ones.
            "category_id": _CATEGORY_IDS[item.class_name],
        }
        for item in scene.objects
        if item.keypoints[:, 2].any()
    ]


def animal_pose_json(
    images: dict[int, str], annotations: Sequence[dict]
) -> bytes:
    """Returns Animal-Pose's `keypoints.json`.

    Args:
        images: File name of each image id.
        annotations: Entries of all photos, from `animal_pose_annotations`.
    """
    categories = [
        {"supercategory": "animal", "id": number, "name": name,
         "keypoints": animals.KEYPOINTS, "skeleton": _SKELETON}
        for name, number in _CATEGORY_IDS.items()
    ]  # fmt: skip
    contents = {
        "images": {str(number): name for number, name in images.items()},
        "annotations": list(annotations),
        "categories": categories,
        "info": {"description": "Drawn animals, in Animal-Pose's format"},
    }
    return (json.dumps(contents) + "\n").encode()


def voc_box(item: scenes.SceneObject) -> list[int]:
    """Returns the box of the mask, 1-based and inclusive."""
    return [int(n) + 1 for n in sprites.extents(item.mask)]


def _add(parent, tag, value=None):
    child = ET.SubElement(parent, tag)
    if value is not None:
        child.text = str(value)
    return child


def _xml(root, declaration):
    ET.indent(root, "\t")
    text = ET.tostring(root, encoding="unicode") + "\n"
    head = '<?xml version="1.0" encoding="utf-8"?>\n' if declaration else ""
    return (head + text).encode()

"""Which reader a keypoint file is for, by what is in it."""

import pathlib
import types

import msgspec

from kp2part.formats import berkeley
from kp2part.formats import coco
from kp2part.formats import cvat
from kp2part.formats import label_studio
from kp2part.formats import label_studio_file
from kp2part.formats import voc
from kp2part.system import text_file


def reader_of(path: pathlib.Path) -> types.ModuleType:
    """Returns the module that reads a file, or a directory of files.

    Raises:
        ValueError: No module reads it; the message says what can be read.
    """
    if path.is_dir():
        return berkeley
    kinds = {".json": _of_json, ".xml": _of_xml}
    kind = kinds.get(path.suffix.lower())
    if kind is None or not path.is_file():
        raise ValueError(
            "`keypoints` must be a directory of .xml files or a .json file. "
            f"Received: keypoints={path}"
        )
    return kind(path)


def _of_json(path: pathlib.Path) -> types.ModuleType:
    text = text_file.read(path)
    if text.lstrip().startswith("["):
        return label_studio
    members = _members(text)
    if "images" not in members and {"data", "annotations"} <= members.keys():
        return label_studio
    if b'"Label Studio' in bytes(members.get("info", b"")):
        raise ValueError(
            f"{path}: is Label Studio's export in COCO's format, which joins "
            "the keypoints of all objects of a photo and forgets which are "
            f"hidden. {label_studio_file.EXPORT_JSON}"
        )
    return coco


def _members(text: str) -> dict[str, msgspec.Raw]:
    """Returns the fields of a JSON object, none if it is no such text."""
    try:
        return msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return {}  # The reader says what is wrong.


def _of_xml(path: pathlib.Path) -> types.ModuleType:
    if voc.read_xml(path).tag == "annotation":
        raise ValueError(
            f"{path}: is a file of one object, as Berkeley has them: give the "
            "directory that it is in."
        )
    return cvat

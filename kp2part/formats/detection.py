"""Which reader a keypoint file is for, by what is in it."""

import pathlib
import types

from kp2part.formats import berkeley
from kp2part.formats import coco
from kp2part.formats import cvat
from kp2part.formats import voc


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
    del path
    return coco


def _of_xml(path: pathlib.Path) -> types.ModuleType:
    if voc.read_xml(path).tag == "annotation":
        raise ValueError(
            f"{path}: is a file of one object, as Berkeley has them: give the "
            "directory that it is in."
        )
    return cvat

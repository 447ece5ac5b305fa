"""Which reader a keypoint file is for, by what is in it."""

import pathlib
import types

import msgspec

from kp2part.formats.coco import directory as coco_directory
from kp2part.formats.coco import keypoints as coco
from kp2part.formats.cvat import keypoints as cvat
from kp2part.formats.deeplabcut import csv_table as deeplabcut_csv
from kp2part.formats.deeplabcut import h5_table as deeplabcut_h5
from kp2part.formats.files import h5_file
from kp2part.formats.files import xml_file
from kp2part.formats.label_studio import file as label_studio_file
from kp2part.formats.label_studio import keypoints as label_studio
from kp2part.formats.pascal import berkeley
from kp2part.formats.plain import keypoint_csv
from kp2part.formats.sleap import analysis_h5 as sleap_h5
from kp2part.formats.sleap import slp_file as sleap_slp
from kp2part.system import text_file

_READABLE = (
    "a .json file of COCO, Animal-Pose or Label Studio, an .xml file of CVAT, "
    "a .csv or .h5 file of DeepLabCut, an .h5 or .slp file of SLEAP, or a "
    "directory of Berkeley's .xml files, of DeepLabCut's labeled photos or of "
    "COCO's .json files, or a .csv file photo,keypoint,x,y,v"
)


def reader_of(path: pathlib.Path) -> types.ModuleType:
    """Returns the module that reads a file, or a directory of files.

    Raises:
        ValueError: No module reads it; the message says what can be read.
    """
    if path.is_dir():
        return _of_directory(path)
    kinds = {".json": _of_json, ".xml": _of_xml, ".csv": _of_csv}
    kinds |= {".h5": _of_h5, ".hdf5": _of_h5, ".slp": _of_slp}
    if path.suffix.lower() not in kinds or not path.is_file():
        raise ValueError(
            f"`keypoints` must be {_READABLE}. Of a .zip file, give what is "
            f"in it. Received: keypoints={path}"
        )
    return kinds[path.suffix.lower()](path)


def _of_directory(path: pathlib.Path) -> types.ModuleType:
    if (first := min(path.rglob("*.xml"), default=None)) is not None:
        if _is_cvat(first):
            raise ValueError(f"{path}: give the file of CVAT, {first.name}.")
        return berkeley
    if next(path.rglob(deeplabcut_csv.LABELED), None) is not None:
        return deeplabcut_csv
    if next(path.rglob(f"*{coco_directory.SUFFIX}"), None) is not None:
        return coco_directory
    raise ValueError(
        f"{path}: has neither .xml files, as Berkeley's, nor "
        f"{deeplabcut_csv.LABELED}, as DeepLabCut's, nor .json files of COCO. "
        "Of other formats, give the file."
    )


def _is_cvat(path: pathlib.Path) -> bool:
    try:
        return xml_file.read(path).tag == "annotations"
    except ValueError:
        return False  # The reader says what is wrong.


def _of_csv(path: pathlib.Path) -> types.ModuleType:
    first = text_file.read(path).split("\n", 1)[0]
    if keypoint_csv.is_one(first):
        return keypoint_csv
    if label_studio_file.MIN_FIELD in first:
        raise ValueError(f"{path}: {label_studio_file.SHORTENED}")
    return deeplabcut_csv


def is_label_studio(text: str) -> bool:
    """Returns whether the text of a .json file is an export of Label Studio."""
    if text.lstrip().startswith("["):
        return True
    members = _members(text)
    return "images" not in members and {"data", "annotations"} <= members.keys()


def _of_json(path: pathlib.Path) -> types.ModuleType:
    text = text_file.read(path)
    if is_label_studio(text):
        return label_studio
    members = _members(text)
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
    if xml_file.read(path).tag == "annotation":
        raise ValueError(
            f"{path}: is a file of one object, as Berkeley has them: give the "
            "directory that it is in."
        )
    return cvat


def _of_h5(path: pathlib.Path) -> types.ModuleType:
    with h5_file.opened(path) as file:
        if deeplabcut_h5.is_one(file):
            return deeplabcut_h5
        if sleap_h5.is_one(file):
            return sleap_h5
        raise ValueError(
            f"{path}: is neither a table of DeepLabCut nor an analysis of "
            f"SLEAP. It has: {sorted(file)[:9]}"
        )


def _of_slp(path: pathlib.Path) -> types.ModuleType:
    del path  # Nothing else is called so.
    return sleap_slp

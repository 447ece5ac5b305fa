"""Writes part masks as tasks of Label Studio, for people to review.

All regions are predictions: whoever opens a task takes them over and corrects
them. An object is a rectangle of its class; the regions of its keypoints and
parts have it as their parent. Rectangles are the boxes as they were given,
otherwise the extent of the parts, otherwise of the keypoints, otherwise the
whole photo. What lies beyond the photo moves to its edge: the tool has nothing
there.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import os
import pathlib
from typing import Any
import urllib.parse

import numpy as np

from kp2part.formats.files import decimals
from kp2part.formats.files import json_array
from kp2part.formats.label_studio import brushes as label_studio_brushes
from kp2part.formats.label_studio import config as config
from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.schema import boxes
from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.system import atomic

_LOCAL_FILES = "/data/local-files/?d="
_DOT = 0.75  # Size of a keypoint as it is shown, in percent of the width.

Fields = dict[str, Any]


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
    *,
    url_prefix: str = _LOCAL_FILES,
    model_version: str = "kp2part",
):
    """Writes a .json file of tasks, and beside it the label config as .xml.

    The score of a task is the lowest quality of its objects, so that those to
    look at come first.

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts.
        path: Of the .json file; the label config is that with .xml.
        url_prefix: What comes before the photo's name in `data.image`. The
            name is in percent code, as in an address.
        model_version: What made the masks, as the tool shows it.

    Raises:
        ValueError: The path does not end with .json; or see
            `label_checks.checked`. No file is left behind.
    """
    path = pathlib.Path(path)
    if path.suffix != ".json":
        raise ValueError(f"`path` must end with .json. Received: path={path}")

    def save(partial: str):
        with open(partial, "w", encoding="utf-8") as file:
            tasks = json_array.JsonArray(file)
            for photo in label_checks.checked(photos, category):
                prediction = _prediction(photo, category)
                tasks.add(
                    {
                        "data": {config.IMAGE: url_prefix + _address(photo)},
                        "predictions": [
                            {"model_version": model_version, **prediction}
                        ],
                    }
                )
            tasks.close()
            file.write("\n")

    atomic.write(path, save)
    atomic.write_text(path.with_suffix(".xml"), config.xml(category))


def local_files(folder: str | os.PathLike) -> str:
    """Returns the `url_prefix` of photos in a folder that the tool can read.

    The folder must lie in the tool's LOCAL_FILES_DOCUMENT_ROOT. It cannot be
    that root itself: the tool refuses it as a source of files.
    """
    name = pathlib.Path(folder).resolve().name
    return (
        f"{_LOCAL_FILES}{urllib.parse.quote(name)}/" if name else _LOCAL_FILES
    )


def _address(photo: labels.LabeledPhoto) -> str:
    return urllib.parse.quote(label_names.file_name(photo))


def _prediction(
    photo: labels.LabeledPhoto, category: category_lib.Category
) -> Fields:
    known = [x.quality for x in photo.objects if x.quality is not None]
    regions = [
        {**region, **_size(photo), **_score(item.quality)}
        for number, item in enumerate(photo.objects, 1)
        for region in _regions(f"object{number}", item, photo, category)
    ]
    score = _score(min(known)) if known else {}
    return {**score, "result": regions}


def _size(photo: labels.LabeledPhoto) -> Fields:
    return {
        "to_name": config.IMAGE,
        "original_width": photo.width,
        "original_height": photo.height,
        "image_rotation": 0,
    }


def _score(value) -> Fields:
    return {} if value is None else {"score": decimals.shortest(value)}


def _regions(
    name: str,
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
) -> Iterator[Fields]:
    """Yields the regions of an object, which are in Label Studio's terms."""
    yield {
        "id": name,
        "from_name": config.BOX,
        "type": "rectanglelabels",
        "value": {
            **_rectangle(item, photo),
            "rotation": 0,
            "rectanglelabels": [label_names.class_name(item, category)],
        },
    }
    for keypoint, row in zip(category.keypoints, item.keypoints, strict=True):
        for region in _point(keypoint, row, photo, name):
            yield {"id": f"{name}_{keypoint}", **region}
    for part, value in label_studio_brushes.of_object(item, photo, category):
        yield {
            "id": f"{name}_part_{part}",
            "parentID": name,
            "from_name": config.PART,
            "type": label_studio_brushes.TYPE,
            "value": value,
        }


def _point(
    keypoint: str, row: np.ndarray, photo: labels.LabeledPhoto, parent: str
) -> Iterator[Fields]:
    """Yields a keypoint, and if it is hidden the choice that says so."""
    x, y, v = row
    if v == keys.ABSENT:
        return
    place = {
        "x": _percent(decimals.from_corner(x), photo.width),
        "y": _percent(decimals.from_corner(y), photo.height),
        "width": _DOT,
    }
    yield {
        "parentID": parent,
        "from_name": config.POINT,
        "type": "keypointlabels",
        "value": {**place, "keypointlabels": [keypoint]},
    }
    if v == keys.OCCLUDED:
        yield {
            "from_name": config.VISIBILITY,
            "type": "choices",
            "value": {**place, "choices": [config.HIDDEN]},
        }


def _rectangle(
    item: labels.LabeledObject, photo: labels.LabeledPhoto
) -> Fields:
    """Returns the box around an object, in percent of the photo's sides."""
    xmin, ymin, xmax, ymax = (
        item.box
        or item.extent()
        or _around(item.keypoints)
        or (0, 0, photo.width, photo.height)
    )
    left, right = _percent(xmin, photo.width), _percent(xmax, photo.width)
    top, bottom = _percent(ymin, photo.height), _percent(ymax, photo.height)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _percent(value: float, side: int) -> float:
    # Label Studio refuses a whole file for a region beyond the photo.
    return min(max(100 * float(value) / side, 0.0), 100.0)


def _around(keypoints: np.ndarray) -> boxes.Box | None:
    present = keypoints[keypoints[:, 2] > 0, :2]
    if not len(present):
        return None
    (xmin, ymin), (xmax, ymax) = present.min(axis=0), present.max(axis=0)
    # In pixel edges: around whole pixels.
    return float(xmin), float(ymin), float(xmax + 1), float(ymax + 1)

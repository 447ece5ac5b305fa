"""Writes part masks as Pascal-Part's files, from which `build` makes records.

Of the annotated parts that a part of the category consists of, the first one
has the whole mask: `tfrecords_tools.build` makes the same part of it again.
Keypoints and boxes are in other files, such as COCO's.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import io
import os
import pathlib
from typing import Any

import numpy as np
import scipy.io

from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.masks import photo_objects
from kp2part.schema import category as category_lib
from kp2part.system import atomic

# In the order of their numbers, from 1; others have 0.
_VOC_CLASSES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat",
    "chair", "cow", "table", "dog", "horse", "motorbike", "person",
    "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
# Replaces SciPy's header, which has a time stamp: equal data, equal bytes.
_HEADER = b"MATLAB 5.0 MAT-file, written by kp2part".ljust(116)


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
):
    """Writes `<name>.mat` of each photo, one after the other.

    Names keep their folders and lose their suffixes.

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts.
        path: The directory of the files.

    Raises:
        ValueError: See `label_checks.by_stem`; or an object has no class, or a
            part that consists of no annotated part. Files of the photos before
            it are complete, of it there is none.
    """
    directory = pathlib.Path(path)
    for stem, photo in label_checks.by_stem(photos, category):
        objects = [
            _object(i, item, photo, category)
            for i, item in enumerate(photo.objects)
        ]
        atomic.write_bytes(
            directory / f"{stem}.mat",
            encode(pathlib.PurePosixPath(stem).name, objects),
        )


def _object(
    index: int,
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
) -> photo_objects.Object:
    where = f"{label_names.shown(photo)}: object {index}"
    class_name = label_names.known_class(item, category, where)
    names = list(category.parts)
    parts = []
    for part_id, mask in labels.parts_of(item):
        annotated = category.parts[names[part_id]]
        if not annotated:
            raise ValueError(
                f"{where}: `parts` of category {category.name!r} must list an "
                f"annotated part for each. Received: {names[part_id]!r}: []"
            )
        parts.append(
            photo_objects.Part(annotated[0], _whole(mask, item, photo))
        )
    mask = _whole(item.labels > 0, item, photo)
    return photo_objects.Object(index, class_name, mask, tuple(parts))


def _whole(
    mask: np.ndarray, item: labels.LabeledObject, photo: labels.LabeledPhoto
) -> np.ndarray:
    drawn = np.zeros([photo.height, photo.width], bool)
    drawn[labels.crop_of(item)] = mask
    return drawn


def encode(image_id: str, objects: Iterable[photo_objects.Object]) -> bytes:
    """Returns a .mat file; equal objects, equal bytes.

    Args:
        image_id: The photo's name, without folder and suffix.
        objects: In the order of the file.
    """
    rows = [
        (
            item.class_name,
            np.array([[_class_number(item.class_name)]], np.uint8),
            item.mask.astype(np.uint8),
            _parts(item),
        )
        for item in objects
    ]
    of_photo = _structs(("class", "class_ind", "mask", "parts"), rows)
    anno = _structs(("imname", "objects"), [(image_id, of_photo)])
    file = io.BytesIO()
    scipy.io.savemat(file, {"anno": anno}, do_compression=True)
    return _HEADER + file.getvalue()[len(_HEADER) :]


def _class_number(name: str) -> int:
    return _VOC_CLASSES.index(name) + 1 if name in _VOC_CLASSES else 0


def _parts(item: photo_objects.Object) -> np.ndarray:
    rows = [(part.name, part.mask.astype(np.uint8)) for part in item.parts]
    structs = _structs(("part_name", "mask"), rows)
    # As in the originals, an empty struct array is 0 x 0, not 1 x 0.
    return structs if rows else structs.reshape(0, 0)


def _structs(
    fields: Sequence[str], rows: Sequence[Sequence[Any]]
) -> np.ndarray:
    """Returns a MATLAB struct array, [1, N]."""
    array = np.empty((1, len(rows)), [(name, object) for name in fields])
    for column, row in enumerate(rows):
        for name, value in zip(fields, row, strict=True):
            array[0, column][name] = value
    return array

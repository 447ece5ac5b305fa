"""Writes part masks in COCO's format, for training, FiftyOne and `build`.

Each object is an annotation of its class, with keypoints, then one of each of
its parts, a category of its own. `parent_id` of a part is the `id` of its
object's annotation; both have the same `object_id`.

`bbox` is the extent of the mask: tools cut the mask with it, and it is the box
by which `tfrecords_tools.build` finds the object. An object without parts has
the box it was given; if that was another one, it is in `attributes`.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import itertools
import json
import os
import shutil
import tempfile
from typing import Any

import numpy as np

from kp2part.formats.files import decimals
from kp2part.formats.files import json_array
from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.masks import rle
from kp2part.schema import boxes
from kp2part.schema import category as category_lib
from kp2part.system import atomic

Fields = dict[str, Any]


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
):
    """Writes one .json file, photo by photo.

    Keypoints are read back unchanged, absent ones as (0, 0, 0).

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts.
        path: Of the file.

    Raises:
        ValueError: See `label_checks.checked`. No file is left behind.
    """
    atomic.write(path, lambda partial: _save(photos, category, partial))


def _save(photos, category: category_lib.Category, partial: str):
    with (
        open(partial, "w", encoding="utf-8") as file,
        tempfile.TemporaryFile(
            "w+", encoding="utf-8", dir=os.path.dirname(partial)
        ) as spooled,
    ):
        file.write(f'{{"categories": {json.dumps(_categories(category))},\n')
        file.write('"annotations": ')
        annotations = json_array.JsonArray(file)
        images = json_array.JsonArray(spooled)
        object_ids = itertools.count(1)
        for photo in label_checks.checked(photos, category):
            image_id = images.count + 1
            images.add({"id": image_id, **_image(photo)})
            for item in photo.objects:
                shared = {"image_id": image_id, "object_id": next(object_ids)}
                _add(annotations, shared, item, photo, category)
        annotations.close()
        images.close()
        spooled.seek(0)
        file.write(',\n"images": ')
        shutil.copyfileobj(spooled, file)
        file.write("}\n")


def _add(
    annotations: json_array.JsonArray,
    shared: Fields,
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
):
    """Adds the annotations of one object."""
    whole_id = annotations.count + 1
    annotations.add({"id": whole_id, **shared, **_whole(item, photo, category)})
    for part in _parts(item, photo, category):
        fields = {"id": annotations.count + 1, **shared, "parent_id": whole_id}
        annotations.add({**fields, **part})


def _categories(category: category_lib.Category) -> list[Fields]:
    """Returns the classes, from id 1 on, then the parts."""
    skeleton = [[a + 1, b + 1] for a, b in category.skeleton_indices]
    found = [
        {
            "name": name,
            "supercategory": "",
            "keypoints": list(category.keypoints),
            "skeleton": skeleton,
        }
        for name in label_names.classes(category)
    ]
    found += [
        {"name": name, "supercategory": category.name}
        for name in list(category.parts)[1:]
    ]
    return [{"id": i, **fields} for i, fields in enumerate(found, 1)]


def _image(photo: labels.LabeledPhoto) -> Fields:
    fields = {
        "file_name": label_names.file_name(photo),
        "width": photo.width,
        "height": photo.height,
    }
    if photo.frame is not None:
        fields |= {"video": photo.name, "frame": photo.frame}
    return fields


def _whole(
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
) -> Fields:
    names = label_names.classes(category)
    number = names.index(label_names.class_name(item, category))
    fields = {
        "category_id": number + 1,
        **_mask(item.labels > 0, item, photo),
        "keypoints": [decimals.shortest(x) for x in _points(item).flat],
        "num_keypoints": int((item.keypoints[:, 2] > 0).sum()),
        **_score(item.quality),
    }
    if item.box is not None:
        given = _sides(item.box)
        if given != fields.setdefault("bbox", given):
            fields["attributes"] = {"given_box": given}
    if item.instance:
        fields["track_id"] = item.instance
    return fields


def _points(item: labels.LabeledObject) -> np.ndarray:
    return np.where(item.keypoints[:, 2:] > 0, item.keypoints, 0)


def _parts(
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
) -> Iterator[Fields]:
    first = len(label_names.classes(category))
    for part_id, mask in labels.parts_of(item):
        score = None if item.confidence is None else item.confidence[part_id]
        yield {
            "category_id": first + part_id,
            **_mask(mask, item, photo),
            **_score(score),
        }


def _mask(
    mask: np.ndarray, item: labels.LabeledObject, photo: labels.LabeledPhoto
) -> Fields:
    found = rle.encode(mask, item.corner, photo.height, photo.width)
    fields = {"segmentation": found, "area": int(mask.sum()), "iscrowd": 0}
    if (extent := boxes.extent(mask)) is not None:
        x, y, width, height = _sides(extent)
        fields["bbox"] = [x + item.corner[0], y + item.corner[1], width, height]
    return fields


def _sides(box: boxes.Box) -> list[float]:
    xmin, ymin, xmax, ymax = (float(edge) for edge in box)
    return [xmin, ymin, xmax - xmin, ymax - ymin]


def _score(value) -> Fields:
    return {} if value is None else {"score": decimals.shortest(value)}

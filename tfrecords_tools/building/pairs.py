"""Finds the keypoints of each object of a photo."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.schema import boxes as boxes_lib
from tfrecords_tools.building import matching

_MARGIN = 0.1  # Of the sides of a box: keypoints lie at the borders.


def find(
    objects: Sequence[photo_objects.Object],
    boxes: Mapping[int, boxes_lib.Box],
    annotations: Sequence[annotation_lib.KeypointAnnotation],
    min_iou: float,
) -> dict[int, annotation_lib.KeypointAnnotation]:
    """Returns the keypoints of objects by their index.

    Keypoints with a box belong to the object of the same class whose box it
    overlaps most. Those without belong to the object that they name by its
    number in the masks or, if they name none, to the only object of a photo, if
    at least half of them lie in its box.

    Args:
        objects: Those of the category.
        boxes: Of objects by index; without a box none is found.
        annotations: All keypoints in the photo.
        min_iou: See `matching.match`.
    """
    objects = [item for item in objects if item.index in boxes]
    boxed = [a for a in annotations if a.box is not None]
    matches = matching.match_classes(
        [(item.class_name, boxes[item.index]) for item in objects],
        [(a.class_name, a.box) for a in boxed],
        min_iou,
    )
    found = {objects[i].index: boxed[j] for i, j in matches.items()}
    for item in objects:
        others = [
            a
            for a in annotations
            if a.box is None
            and _fit(item.class_name, a.class_name)
            and _is_named(a, item, len(objects) == len(annotations) == 1)
            and _lies_in(a, boxes[item.index])
        ]
        if item.index not in found and len(others) == 1:
            found[item.index] = others[0]
    return found


def _fit(ours: str, theirs: str) -> bool:
    return ours == theirs or vocabulary.ANY_CLASS in (ours, theirs)


def _lies_in(annotation, box: boxes_lib.Box) -> bool:
    points = annotation.keypoints[annotation.keypoints[:, 2] > 0, :2]
    low, high = np.reshape(box, (2, 2))
    margin = _MARGIN * (high - low)
    inside = ((points >= low - margin) & (points <= high + margin)).all(axis=1)
    return bool(inside.mean() >= 0.5)


def _is_named(annotation, item: photo_objects.Object, are_alone: bool) -> bool:
    if annotation.instance and item.instance:
        return annotation.instance == item.instance
    return are_alone

"""Converts a photo and its annotations to examples of the objects in it."""

import contextlib
import dataclasses

import numpy as np

from kp2part.data import cutting
from kp2part.data import records
from kp2part.formats.masks import photo_objects
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary
from kp2part.formats.pascal import voc
from kp2part.schema import coordinates
from tfrecords_tools.building import label_map
from tfrecords_tools.building import matching
from tfrecords_tools.building import pairs
from tfrecords_tools.building import photo_pixels
from tfrecords_tools.building import selection
from tfrecords_tools.building import settings as settings_lib
from tfrecords_tools.building import sources


class BadSource(ValueError):
    """A file of a photo is missing, broken or inconsistent with the others.

    Attributes:
        kind: Which file: "annotation", "image", "keypoints" or "boxes".
    """

    def __init__(self, kind: str, message: str):
        # Both arguments, because exceptions of workers are pickled by `args`.
        super().__init__(kind, message)
        self.kind = kind

    def __str__(self):
        return self.args[1]


def convert(
    source: sources.Source, settings: settings_lib.Settings
) -> tuple[list[records.Example], list[tuple[str, str]]]:
    """Returns the examples of a photo, and the outcome of each object.

    Returns:
        The examples, and for each object of the category's classes the pair
        (class name, outcome), see `selection`.

    Raises:
        BadSource: One of the files cannot be used.
    """
    if source.keypoints_error:
        raise BadSource("keypoints", source.keypoints_error)
    candidates = _candidates(source, settings)
    outcomes = [c.outcome(settings.thresholds) for c in candidates]
    kept = [
        candidate
        for candidate, outcome in zip(candidates, outcomes, strict=True)
        if outcome == selection.KEPT
    ]
    names = [_shown_class(c.item, settings.category) for c in candidates]
    examples = _examples(source, kept, settings) if kept else []
    return examples, list(zip(names, outcomes, strict=True))


def _candidates(source, settings) -> list[selection.Candidate]:
    with _reading("annotation"):
        objects = source.masks.read(settings.category)
        ours = _ours(objects, settings.category)
        labels = [_labels(source, item, settings) for item in ours]
    with _reading("boxes"):
        given = _given_boxes(source, objects)
        boxes, others = _boxes(objects, given, settings)
    try:
        with _reading("keypoints"):
            _check_coordinates(source, objects, settings)
    except BadSource:
        if source.image.is_file():
            with _reading("image"):  # If the masks do not fit it, say so.
                photo_pixels.check(source, objects[0].mask.shape)
        raise
    annotations = pairs.find(
        ours, boxes, source.keypoints, settings.thresholds.min_match_iou
    )
    count = _num_annotated(source, given, settings.category)
    return [
        selection.Candidate(
            item=_with_class(item, annotations.get(item.index)),
            labels=of_item,
            box=boxes.get(item.index),
            other_boxes=[
                *(box for i, box in boxes.items() if i != item.index),
                *others,
            ],
            annotation=annotations.get(item.index),
            num_annotated=count,
        )
        for item, of_item in zip(ours, labels, strict=True)
    ]


def _ours(objects, category) -> list[photo_objects.Object]:
    names = _names(category)
    return [
        dataclasses.replace(item, class_name=names[folded])
        for item in objects
        if (folded := identity.fold(item.class_name)) in names
    ]


def _names(category) -> dict[str, str]:
    known = (*category.classes, vocabulary.ANY_CLASS)
    return {identity.fold(name): name for name in known}


def _with_class(item, annotation) -> photo_objects.Object:
    if annotation is None or item.class_name != vocabulary.ANY_CLASS:
        return item
    return dataclasses.replace(item, class_name=annotation.class_name)


def _shown_class(item, category) -> str:
    is_unknown = item.class_name == vocabulary.ANY_CLASS
    return category.name if is_unknown else item.class_name


def _check_coordinates(source, objects, settings):
    if not objects:
        return
    size = objects[0].mask.shape  # The photo's: see `photo_pixels`.
    if source.keypoints:
        where = f"{source.keypoints[0].source}: {source.image.name}"
        coordinates.check_size(source.declared_size, size, where)
    for item in source.keypoints:
        if item.box is not None:
            coordinates.check_box(item.box, size, item.source)
        coordinates.check_keypoints(
            item.keypoints,
            size,
            item.source,
            settings.category.keypoints,
            item.box,
        )


@contextlib.contextmanager
def _reading(kind: str):
    try:
        yield
    except (ValueError, OSError) as error:
        raise BadSource(kind, str(error)) from error


def _labels(source, item, settings) -> np.ndarray:
    try:
        return label_map.draw(item, settings.category, settings.unassigned)
    except ValueError as error:
        raise ValueError(
            f"{source.masks}: object {item.index} ({item.class_name}): "
            f"`part_name`: {error}"
        ) from error


def _given_boxes(source, objects) -> tuple | None:
    if source.boxes is None:
        return None
    size = objects[0].mask.shape if objects else None
    return voc.read_boxes(source.boxes, size)


def _num_annotated(source, given, category) -> int:
    """Returns how many objects of the category are in the photo, at least."""
    names = _names(category)
    of_boxes = sum(identity.fold(name) in names for name, _ in given or ())
    return max(len(source.keypoints) + source.num_others, of_boxes)


def _boxes(objects, given, settings) -> tuple[dict, list]:
    """Returns the boxes of objects by index, and all other boxes.

    The others also count for overlaps: boxes in VOC that have no mask, and the
    extents of objects without a box.
    """
    extents = {item.index: item.box for item in objects}
    if given is None:
        return extents, []
    matches = matching.match_classes(
        [(identity.fold(item.class_name), item.box) for item in objects],
        [(identity.fold(name), box) for name, box in given],
        settings.thresholds.min_match_iou,
    )
    boxes = {i: given[j][1] for i, j in matches.items()}
    others = [
        *(box for i, box in extents.items() if i not in matches),
        *(b for j, (_, b) in enumerate(given) if j not in matches.values()),
    ]
    return boxes, others


def _examples(source, kept, settings) -> list[records.Example]:
    with _reading("image"):
        image = photo_pixels.read(source, kept[0].labels.shape)
    return [_example(source, image, item, settings) for item in kept]


def _example(source, image, candidate, settings) -> records.Example:
    return cutting.cut(
        image,
        candidate.labels,
        candidate.annotation.keypoints,
        candidate.box,
        settings.task,
        class_name=candidate.item.class_name,
        image_id=source.image_id,
        object_index=candidate.item.index,
    )

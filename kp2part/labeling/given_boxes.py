"""Boxes of objects from VOC's annotations, for keypoints without a box."""

from collections.abc import Sequence
import dataclasses
import pathlib

import numpy as np
import scipy.optimize

from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary
from kp2part.formats.pascal import voc
from kp2part.formats.photos import photo_directory
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.labeling import jobs as jobs_lib
from kp2part.schema import boxes as boxes_lib

_MIN_INSIDE = 0.5  # Of the keypoints.
_MARGIN = 0.1  # Of the sides of a box: keypoints lie at the borders.

Named = tuple[str, boxes_lib.Box]


def assign(
    jobs: Sequence[jobs_lib.Job], directory: pathlib.Path
) -> tuple[list[jobs_lib.Job], int]:
    """Returns the jobs with boxes, and how many objects are still without.

    A box of the file of keypoints stays. The others are dealt one to one among
    objects of the same class, so that as many keypoints as possible lie in
    their box; at least half of an object's must, and of boxes that hold the
    same, the one that the keypoints fill best is taken.

    Args:
        jobs: Photos; frames of videos have no such files and stay as they are.
        directory: Of VOC's annotations, <id>.xml.

    Raises:
        ValueError: `directory` is none.
    """
    if not directory.is_dir():
        raise ValueError(
            f"`boxes` must be a directory. Received: boxes={directory}"
        )
    files = photo_directory.Directory(directory, (".xml",))
    found = [_with_boxes(job, files) for job in jobs]
    without = sum(item.box is None for job in found for item in job.objects)
    return found, without


def _with_boxes(
    job: jobs_lib.Job, files: photo_directory.Directory
) -> jobs_lib.Job:
    file_id = None if job.frame is not None else files.find_id(job.name)
    if file_id is None or job.error is not None:
        return job
    try:
        given = voc.read_boxes(files.files[file_id])
    except ValueError as error:
        return dataclasses.replace(job, error=str(error))
    taken = [item.box for item in job.objects if item.box is not None]
    free = [each for each in given if each[1] not in taken]
    return dataclasses.replace(job, objects=_dealt(job.objects, free))


def _dealt(
    items: tuple[annotation_lib.KeypointAnnotation, ...], given: list[Named]
) -> tuple[annotation_lib.KeypointAnnotation, ...]:
    without = [i for i, item in enumerate(items) if item.box is None]
    scores = np.array(
        [[_score(items[i], *each) for each in given] for i in without]
    ).reshape(len(without), len(given))
    found = list(items)
    pairs = scipy.optimize.linear_sum_assignment(scores, maximize=True)
    for row, column in zip(*pairs, strict=True):
        if scores[row, column] > 0:
            i = without[row]
            found[i] = dataclasses.replace(items[i], box=given[column][1])
    return tuple(found)


def _score(
    item: annotation_lib.KeypointAnnotation, name: str, box: boxes_lib.Box
) -> float:
    """Returns how well a box fits an object's keypoints, 0 if it does not."""
    ours, theirs = identity.fold(item.class_name), identity.fold(name)
    points = item.keypoints[item.keypoints[:, 2] > 0, :2]
    if not len(points) or ours not in (theirs, vocabulary.ANY_CLASS):
        return 0
    low, high = np.reshape(np.asarray(box, np.float64), (2, 2))
    margin = _MARGIN * (high - low)
    inside = ((points >= low - margin) & (points <= high + margin)).all(axis=1)
    share = float(inside.mean())
    if share < _MIN_INSIDE:
        return 0
    extent = (*points.min(0), *(points.max(0) + 1))
    return share + 0.1 * float(boxes_lib.iou([extent], [box])[0, 0])

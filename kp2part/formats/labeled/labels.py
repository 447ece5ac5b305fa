"""Photos whose objects have part masks: what `transfer` makes, and writes."""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses

import numpy as np

from kp2part.schema import boxes

Corner = tuple[int, int]  # (x, y) of a crop's first pixel in its photo.


@dataclasses.dataclass(frozen=True)
class LabeledObject:
    """An object, its keypoints and its parts.

    Attributes:
        class_name: E.g. "horse"; `vocabulary.ANY_CLASS` if nobody said which.
        keypoints: float32 [K, 3], rows of (x, y, v) in pixels of the photo, in
            the category's order.
        labels: uint8 [h, w], part ids in a crop of the photo; what lies outside
            is background.
        corner: (x, y) of the crop's first pixel in the photo.
        box: Around the object, in pixel edges of the photo, as it was given;
            None if it was not.
        confidence: float32 [P], in [0, 1], the mean probability of each part
            over its pixels; 0 if it has none.
        quality: The mean IoU to expect, in [0, 1]; None if unknown.
        instance: Which individual or track it is; "" if nobody said.
    """

    class_name: str
    keypoints: np.ndarray
    labels: np.ndarray
    corner: Corner
    box: boxes.Box | None = None
    confidence: np.ndarray | None = None
    quality: float | None = None
    instance: str = ""

    def extent(self) -> boxes.Box | None:
        """Returns the box around all its parts, None if there are none."""
        found = boxes.extent(self.labels > 0)
        if found is None:
            return None
        x, y = self.corner
        return (found[0] + x, found[1] + y, found[2] + x, found[3] + y)


@dataclasses.dataclass(frozen=True)
class LabeledPhoto:
    """A photo and its objects; no two have a pixel in common.

    Attributes:
        name: Path below the directory of photos, with "/"; of a frame, the
            video's.
        height: In pixels, turned upright.
        width: Likewise.
        objects: In the order of the file of keypoints.
        frame: Number of the frame, from 0, if it is one of a video.
    """

    name: str
    height: int
    width: int
    objects: tuple[LabeledObject, ...] = ()
    frame: int | None = None

    def part_ids(self) -> np.ndarray:
        """Returns the part of each pixel, uint8 [height, width]."""
        drawn = np.zeros([self.height, self.width], np.uint8)
        for item in self.objects:
            shown = item.labels > 0
            drawn[crop_of(item)][shown] = item.labels[shown]
        return drawn

    def object_ids(self) -> np.ndarray:
        """Returns the object of each pixel, from 1: uint16 [height, width]."""
        drawn = np.zeros([self.height, self.width], np.uint16)
        for i, item in enumerate(self.objects, 1):
            drawn[crop_of(item)][item.labels > 0] = i
        return drawn


def crop_of(item: LabeledObject) -> tuple[slice, slice]:
    """Returns where the labels of an object are in its photo: rows, columns."""
    (x, y), (height, width) = item.corner, item.labels.shape
    return slice(y, y + height), slice(x, x + width)


def separate(items: Sequence[LabeledObject]) -> tuple[LabeledObject, ...]:
    """Returns objects of a photo of which no two have a pixel in common.

    A pixel of several goes to the one in front: the one whose parts reach
    lowest in the photo, as it stands nearest; of equals, the earlier.
    """
    back_to_front = sorted(
        range(len(items)), key=lambda i: (_lowest(items[i]), -i)
    )
    found = list(items)
    for place, i in enumerate(back_to_front):
        labels = items[i].labels
        for j in back_to_front[place + 1 :]:
            labels = _without(labels, items[i].corner, items[j])
        found[i] = dataclasses.replace(items[i], labels=labels)
    return tuple(found)


def _lowest(item: LabeledObject) -> float:
    extent = item.extent()
    return -1.0 if extent is None else extent[3]


def _without(labels, corner: Corner, front: LabeledObject) -> np.ndarray:
    """Returns labels without the pixels of an object in front."""
    (height, width), (rows, columns) = labels.shape, crop_of(front)
    x, y = corner
    top, bottom = max(rows.start, y), min(rows.stop, y + height)
    left, right = max(columns.start, x), min(columns.stop, x + width)
    if top >= bottom or left >= right:
        return labels
    covered = front.labels[
        top - rows.start : bottom - rows.start,
        left - columns.start : right - columns.start,
    ]
    kept = labels.copy()
    kept[top - y : bottom - y, left - x : right - x][covered > 0] = 0
    return kept


def parts_of(item: LabeledObject) -> Iterator[tuple[int, np.ndarray]]:
    """Yields the id and the mask, bool [h, w], of each part that it has."""
    counts = np.bincount(item.labels.ravel())  # `unique` sorts: slower.
    for part_id in np.flatnonzero(counts[1:]) + 1:
        yield int(part_id), item.labels == part_id

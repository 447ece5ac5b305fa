"""Box IoU: compares boxes around predicted parts with annotated boxes.

Boxes are quicker to annotate than masks, and some data sets have only boxes.
They can evaluate networks that were trained on pseudo-labels.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

import numpy as np

from kp2part.schema import boxes
from kp2part.system import json_file

# (image id, object index) -> part -> xmin, ymin, xmax, ymax in pixel edges.
PartBoxes = Mapping[tuple[str, int], Mapping[str, Sequence[float]]]


@dataclasses.dataclass(frozen=True)
class _Entry:
    parts: Mapping[str, boxes.Box]
    image_id: str | None = None
    object_index: int | None = None
    voc_id: str | None = None
    mat_object_0based: int | None = None

    def __post_init__(self):
        if None in self.key:
            raise ValueError("must have `image_id` and `object_index`.")
        for part, box in self.parts.items():
            if not (box[0] < box[2] and box[1] < box[3]):
                raise ValueError(
                    f"the box of {part!r} must be [xmin, ymin, xmax, ymax] "
                    f"with xmin < xmax and ymin < ymax. Received: {list(box)}"
                )

    @property
    def key(self) -> tuple[str | None, int | None]:
        image = self.voc_id if self.image_id is None else self.image_id
        index = self.object_index
        return image, self.mat_object_0based if index is None else index


def load(path: str) -> PartBoxes:
    """Returns the boxes of a file.

    Args:
        path: A JSON list of objects with `image_id` (or `voc_id`),
            `object_index` (or `mat_object_0based`) and `parts`, from name to
            [xmin, ymin, xmax, ymax] in pixel edges of the photo. Parts that are
            not listed are absent.

    Raises:
        ValueError: The file is invalid; the message names it and the entry.
    """
    entries = json_file.read(path, list[_Entry])
    return {entry.key: entry.parts for entry in entries}


def score(
    labels: np.ndarray,
    truth: Mapping[str, Sequence[float]],
    parts: Sequence[str],
) -> dict[str, float]:
    """Returns the box IoU of each part of one object.

    Args:
        labels: uint8 [H, W], part ids of the whole photo.
        truth: The annotated boxes of the object's parts.
        parts: P names; the first is the background.

    Returns:
        Part -> IoU, for each part that is annotated or predicted; 0 if it is
        only one of the two.
    """
    scores = {}
    for i, part in enumerate(parts[1:], start=1):
        box = boxes.extent(labels == i)
        if box is not None and part in truth:
            scores[part] = float(boxes.iou([box], [truth[part]]).item())
        elif box is not None or part in truth:
            scores[part] = 0.0
    return scores


def summarize(
    scores: Sequence[Mapping[str, float]], parts: Sequence[str]
) -> dict:
    """Returns the mean box IoU of each part, and the mean over the parts.

    Args:
        scores: Scores of each object, see `score`.
        parts: P names; the first is the background.

    Returns:
        `mean`, `iou` by part (None for a part without scores) and
        `num_examples`.
    """
    iou = {}
    for part in parts[1:]:
        values = [s[part] for s in scores if part in s]
        iou[part] = float(np.mean(values)) if values else None
    known = [v for v in iou.values() if v is not None]
    return {
        "mean": float(np.mean(known)) if known else None,
        "iou": iou,
        "num_examples": len(scores),
    }

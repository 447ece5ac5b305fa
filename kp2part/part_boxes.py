"""How well the boxes of answered parts fit the annotated boxes of parts.

Boxes are quicker to draw than masks, and some data sets have them where they
have no masks: they judge a network whose training masks were made by a rule.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import json
import pathlib

import numpy as np

# By (photo, object), then by part: xmin, ymin, xmax, ymax in pixel edges.
PartBoxes = Mapping[tuple[str, int], Mapping[str, Sequence[float]]]


def load(path: str) -> PartBoxes:
    """Returns the boxes of a file.

    Args:
        path: A JSON list of objects with `image_id` (or `voc_id`),
            `object_index` (or `mat_object_0based`) and `parts`, from name to
            [xmin, ymin, xmax, ymax] in pixel edges of the photo. A part that is
            not listed is not there.

    Raises:
        ValueError: The file breaks a rule; the message names it and the entry.
    """
    try:
        entries = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        return dict(map(_entry, entries))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"{path}: must be a JSON list of objects with `image_id`, "
            f"`object_index` and `parts`: {error}"
        ) from error


def extent(mask: np.ndarray) -> np.ndarray | None:
    """Returns the box around all pixels of a mask, None if there are none.

    Args:
        mask: bool [H, W].

    Returns:
        float64 [4]: xmin, ymin, xmax, ymax, in pixel edges.
    """
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    low, high = (columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)
    return np.array([*low, *high], np.float64)


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Returns the IoU of two boxes, in [0, 1]."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    common = np.prod(
        np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    )
    areas = np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2])
    return float(common / (areas - common))


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
        Of each part that is annotated or answered; 0 where only one of both.
    """
    scores = {}
    for i, part in enumerate(parts[1:], start=1):
        box = extent(labels == i)
        if box is not None and part in truth:
            scores[part] = overlap(box, truth[part])
        elif box is not None or part in truth:
            scores[part] = 0.0
    return scores


def summarize(
    scores: Sequence[Mapping[str, float]], parts: Sequence[str]
) -> dict:
    """Returns the mean box IoU of each part, and the mean over the parts.

    Args:
        scores: Of each object, see `score`.
        parts: P names; the first is the background.

    Returns:
        `mean`, `iou` by part (None where a part is nowhere) and
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


def _entry(entry: dict):
    image = entry["image_id"] if "image_id" in entry else entry["voc_id"]
    index = (
        entry["object_index"]
        if "object_index" in entry
        else entry["mat_object_0based"]
    )
    boxes = {part: _box(image, part, b) for part, b in entry["parts"].items()}
    return (image, int(index)), boxes


def _box(image: str, part: str, box) -> tuple[float, ...]:
    values = tuple(float(value) for value in box)
    if len(values) != 4 or not (
        values[0] < values[2] and values[1] < values[3]
    ):
        raise ValueError(
            f"the box of {part!r} in {image!r} must be [xmin, ymin, xmax, ymax]"
            f" with xmin < xmax and ymin < ymax. Received: {box}"
        )
    return values

"""Labels of a photo's pixels from the prediction for a crop.

As `data.pasting`, in strips: the probabilities of all pixels would fill memory,
and those of a strip stay in the processor's cache.
"""

import cv2
import numpy as np

from kp2part.data.arrays import crops
from kp2part.schema import task as task_lib

_STRIP = 64  # Rows.


def labels(
    probabilities: np.ndarray, box: np.ndarray, task: task_lib.Task
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the parts in the box of a crop, at the photo's resolution.

    Args:
        probabilities: float32 [S, S, P].
        box: int32 [4], the pixels that the crop was cut from.
        task: Task of the network.

    Returns:
        uint8 [ymax - ymin, xmax - xmin], part ids; int64 [P], the pixels of
        each part; float64 [P], the sum of their probabilities.
    """
    width, height = (box[2:] - box[:2]).tolist()
    wide = _widened(_content(probabilities, box, task), width)
    found = np.empty((height, width), np.uint8)
    areas, sums = np.zeros(len(wide), np.int64), np.zeros(len(wide))
    for top in range(0, height, _STRIP):
        rows = np.arange(top, min(top + _STRIP, height))
        strip, best = _strip(wide, rows, height)
        found[rows] = strip
        flat = strip.ravel()
        areas += np.bincount(flat, minlength=len(wide))
        sums += np.bincount(flat, best.ravel(), minlength=len(wide))
    return found, areas, sums


def confidence(areas: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Returns the mean probability of each part, 0 if it has no pixels.

    Args:
        areas: int64 [P], from `labels`.
        sums: float64 [P], likewise.

    Returns:
        float32 [P].
    """
    return (sums / np.maximum(areas, 1)).astype(np.float32)


def surround(
    found: np.ndarray, box: np.ndarray, source_size: tuple[int, int]
) -> np.ndarray:
    """Returns labels uint8 [H, W] with background outside the box.

    Args:
        found: uint8 [ymax - ymin, xmax - xmin], part ids.
        box: int32 [4].
        source_size: (height, width) of the photo.
    """
    mask = np.zeros(source_size, np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = found
    return mask


def _content(probabilities, box, task) -> np.ndarray:
    (height, width), (top, left) = crops.fit(box, task.image_size, task.aspect)
    return probabilities[top : top + height, left : left + width]


def _widened(content: np.ndarray, width: int) -> np.ndarray:
    """Returns [P, H, width] of [H, W, P]: part by part is faster."""
    planes = np.ascontiguousarray(content.transpose(2, 0, 1))
    sides = (width, planes.shape[1])
    return np.stack([cv2.resize(plane, sides) for plane in planes])


def _strip(
    wide: np.ndarray, rows: np.ndarray, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the best part of each pixel of some rows, and how probable."""
    last = wide.shape[1] - 1
    scale = np.float32((last + 1) / height)
    places = (rows.astype(np.float32) + np.float32(0.5)) * scale
    places -= np.float32(0.5)
    below = np.floor(places)
    low = np.maximum(below, 0).astype(np.int64)
    high = np.minimum(np.ceil(places).astype(np.int64), last)
    share = (places - below)[:, np.newaxis]
    part, best = np.zeros((len(rows), wide.shape[2]), np.uint8), None
    for i, plane in enumerate(wide):
        lower = plane[low]
        values = lower + (plane[high] - lower) * share
        if best is None:
            best = values
            continue
        # Only what is greater: of equals the first counts, as for argmax.
        np.putmask(part, values > best, i)
        np.maximum(best, values, out=best)
    return part, best

"""Photos of any size, of one or many drawn animals."""

from collections.abc import Sequence
import dataclasses
import math

import cv2
import numpy as np

from benchmarks.speed import workplace

_QUALITY = (cv2.IMWRITE_JPEG_QUALITY, 90)


@dataclasses.dataclass(frozen=True)
class Scene:
    """A photo and N animals in it.

    Attributes:
        jpeg: The file.
        keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels.
        boxes: float32 [N, 4], (xmin, ymin, xmax, ymax), in pixels.
    """

    jpeg: bytes
    keypoints: np.ndarray
    boxes: np.ndarray


def make(animals: Sequence[workplace.Animal], megapixels: float) -> Scene:
    """Returns a photo, 4:3, made of the photos of animals side by side.

    Args:
        animals: The animals.
        megapixels: Size of the photo.
    """
    columns = math.ceil(len(animals) ** 0.5)
    rows = math.ceil(len(animals) / columns)
    width = round(math.sqrt(megapixels * 1e6 * 4 / 3) / columns)
    height = round(width * columns * 3 / 4 / rows)
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    keypoints, boxes = [], []
    for i, animal in enumerate(animals):
        top, left = i // columns * height, i % columns * width
        photo = cv2.imread(str(animal.photo))
        scale = np.array([width, height]) / photo.shape[1::-1]
        sheet[top : top + height, left : left + width] = cv2.resize(
            photo, (width, height), interpolation=cv2.INTER_CUBIC
        )
        points = (animal.keypoints[:, :2] + 0.5) * scale + (left, top) - 0.5
        # Absent ones stay at 0.
        points *= animal.keypoints[:, 2:] > 0
        keypoints.append(np.column_stack([points, animal.keypoints[:, 2]]))
        corners = animal.box.reshape(2, 2) * scale + (left, top)
        boxes.append(corners.ravel())
    jpeg = cv2.imencode(".jpg", sheet, _QUALITY)[1].tobytes()
    return Scene(
        jpeg, np.array(keypoints, np.float32), np.array(boxes, np.float32)
    )

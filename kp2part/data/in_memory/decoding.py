"""Decodes records and resizes their crops, with OpenCV and NumPy alone.

What `records` and `ops.make_resize` do inside `tf.data`.
"""

from typing import NamedTuple

import cv2
import numpy as np

from kp2part.data import record_errors
from kp2part.data import record_reader
from kp2part.data.arrays import resizing
from kp2part.schema import keys

_JPEG_END = b"\xff\xd9"
_PNG_END = b"IEND\xaeB`\x82"


class Crop(NamedTuple):
    """One object, as it is kept in memory.

    Attributes:
        image: uint8 [S, S, 3], RGB.
        part_mask: uint8 [S, S], part ids or `keys.IGNORE_LABEL`.
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the crop.
    """

    image: np.ndarray
    part_mask: np.ndarray
    keypoints: np.ndarray


def decode(record: bytes, num_keypoints: int, size: int) -> Crop:
    """Returns the object of a record, resized to the network's size.

    Args:
        record: As `records.encode` writes it.
        num_keypoints: K; an error if the record has another number.
        size: Side S of the network's crops, in pixels.

    Raises:
        ValueError: A field is missing or damaged; the message says which.
    """
    values = record_reader.features(record)
    image = _pixels(values, keys.IMAGE, _JPEG_END, cv2.IMREAD_COLOR_RGB)
    mask = _pixels(values, keys.PART_MASK, _PNG_END, cv2.IMREAD_GRAYSCALE)
    side = len(image)
    if not image.shape[:2] == mask.shape == (side, side):
        raise ValueError(
            f"{record_errors.RULE}. Received: {image.shape[:2]} and "
            f"{mask.shape}"
        )
    keypoints = np.array(values.get(keys.KEYPOINTS, ()), np.float32)
    if keypoints.size != 3 * num_keypoints:
        raise ValueError(
            f"`{keys.KEYPOINTS}` must be {num_keypoints} rows of (x, y, v). "
            f"Received: {keypoints.size} numbers"
        )
    return resize(Crop(image, mask, keypoints.reshape(-1, 3)), size)


def resize(crop: Crop, size: int) -> Crop:
    """Returns a crop of another size; keypoints must be inside the crop.

    The image is resized bilinearly with antialiasing and rounded, the mask by
    nearest neighbor.
    """
    before = len(crop.image)
    if before == size:
        return crop
    pixels = resizing.resize(crop.image, size, size)
    picked = (np.arange(size) + 0.5) * (before / size)  # Rounded downwards.
    picked = picked.astype(np.int64)
    points = (crop.keypoints[:, :2] + 0.5) * np.float32(size / before) - 0.5
    v = crop.keypoints[:, 2:]
    points = np.where(v > 0, np.clip(points, 0, size - 1), 0)
    return Crop(
        np.clip(np.rint(pixels), 0, 255).astype(np.uint8),
        crop.part_mask[np.ix_(picked, picked)],
        np.concatenate([points, v], 1).astype(np.float32),
    )


def _pixels(values: dict, key: str, end: bytes, flags: int) -> np.ndarray:
    contents = b"".join(values.get(key, ()))
    # OpenCV fills what is missing of a file with gray, and says nothing.
    if end not in contents[-64:]:
        raise ValueError(
            f"`{key}` must be a whole file of an image. Received: "
            f"{len(contents)} bytes"
        )
    buffer = np.frombuffer(contents, np.uint8)
    # A crop has no orientation; looking for one takes time.
    pixels = cv2.imdecode(buffer, flags | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError(
            f"`{key}` must be an image. Received: {len(contents)} other bytes"
        )
    return pixels

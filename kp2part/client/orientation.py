"""Whether a model turns photos upright.

Exports made before kp2part did so take the pixels as they are stored, and
nothing in them tells. So the model is asked: the shape of one mask says it.
"""

from collections.abc import Iterable
import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kp2part.schema import keys

if TYPE_CHECKING:
    from kp2part.client import part_client

_HEIGHT, _WIDTH = 16, 8  # Of the photo upright; it is stored on its side.
# One tag, the orientation: turn by 90 degrees clockwise (CIPA DC-008, 4.6.4).
_EXIF = b"Exif\0\0" + struct.pack(
    ">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, 6, 0, 0
)
_MARKS = (b"Exif\0\0", b"eXIf")  # Of tags in a JPEG and in a PNG file.


def may_be_tagged(images: Iterable[bytes]) -> bool:
    """Returns whether a file may have a tag that tells how to turn it."""
    return any(mark in image for image in images for mark in _MARKS)


def turns_upright(backend: "part_client.Backend", num_keypoints: int) -> bool:
    """Returns whether a model turns a photo upright as its tag says.

    Args:
        backend: Of the model.
        num_keypoints: That it takes.
    """
    keypoints = np.zeros([1, num_keypoints, 3], np.float32)
    keypoints[:, :2] = [[2, 2, 2], [5, 5, 2]]
    inputs = {
        "image_bytes": np.array([_photo()], object),
        keys.KEYPOINTS: keypoints,
        keys.BOX: np.array([[0, 0, _WIDTH, _WIDTH]], np.float32),
    }
    found = backend.run("masks_of_boxes", inputs, ["mask_bytes"])
    png = np.frombuffer(found["mask_bytes"][0], np.uint8)
    mask = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    return mask is not None and mask.shape[:2] == (_HEIGHT, _WIDTH)


def _photo() -> bytes:
    pixels = np.zeros([_WIDTH, _HEIGHT, 3], np.uint8)
    jpeg = cv2.imencode(".jpg", pixels)[1].tobytes()
    segment = struct.pack(">BBH", 0xFF, 0xE1, len(_EXIF) + 2) + _EXIF
    return jpeg[:2] + segment + jpeg[2:]

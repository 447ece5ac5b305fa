"""Reads PNG masks whose pixels are numbers: palette or gray, up to 16 bits.

Programs that show pictures turn a palette into colors, and gray of 4 bits into
gray of 8; here the numbers are those of the file.
"""

import io
import pathlib

import numpy as np
from PIL import Image

from kp2part.formats.photos import image_size
from kp2part.system import text_file

_DEPTH_AT = 24  # Where the header has the bits of a pixel.
_GRAY = {"1": 1, "L": 8, "I;16": 16}  # Bits to which Pillow stretches gray.


def read(path: pathlib.Path) -> np.ndarray:
    """Returns the numbers of a mask, uint8 or uint16 [H, W].

    Raises:
        ValueError: The file is missing or broken, or has colors.
    """
    contents = text_file.read_bytes(path)
    if not contents.startswith(b"\x89PNG"):
        raise ValueError(
            f"{path}: not a PNG image. It begins with {contents[:12]!r}"
        )
    image_size.check(contents, str(path))
    try:
        with Image.open(io.BytesIO(contents), formats=("PNG",)) as image:
            mode, pixels = image.mode, np.asarray(image)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise ValueError(f"{path}: not a whole PNG image: {error}") from error
    if mode == "P":
        return pixels
    if mode not in _GRAY:
        raise ValueError(
            f"{path}: must have one number a pixel, as palette or gray. "
            f"Received: a PNG image of {mode}"
        )
    return _as_stored(pixels, _GRAY[mode], contents[_DEPTH_AT])


def _as_stored(pixels: np.ndarray, bits: int, stored: int) -> np.ndarray:
    if bits == 16:
        return pixels.astype(np.uint16)
    stretch = (2**bits - 1) // (2**stored - 1)
    return pixels.astype(np.uint8) // np.uint8(stretch)

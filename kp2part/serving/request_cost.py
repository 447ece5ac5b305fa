"""How much work a request makes, as far as its inputs show it."""

from collections.abc import Mapping
import struct

import numpy as np

_MAX_SEGMENTS = 1000


def of_inputs(inputs: Mapping[str, np.ndarray]) -> tuple[int, int]:
    """Returns what the time and the memory of a request grow with.

    Args:
        inputs: Arrays by name, for any model; strings are object arrays of
            bytes.

    Returns:
        The number of rows, and of pixels in all photos among the strings, as
        their headers say.
    """
    num_rows = max((v.shape[0] for v in inputs.values() if v.ndim), default=1)
    photos = (
        contents
        for values in inputs.values()
        if values.dtype == object
        for contents in values.flat
    )
    return num_rows, sum(map(num_pixels, photos))


def num_pixels(contents: bytes) -> int:
    """Returns the pixels of a JPEG or PNG file by its header; 0 of others."""
    if contents.startswith(b"\x89PNG\r\n\x1a\n") and len(contents) >= 24:
        width, height = struct.unpack(">II", contents[16:24])
        return width * height
    return _jpeg_pixels(contents) if contents.startswith(b"\xff\xd8") else 0


def _jpeg_pixels(contents):
    at = 2
    for _ in range(_MAX_SEGMENTS):
        at = contents.find(b"\xff", at)
        if at < 0 or at + 9 > len(contents):
            return 0
        marker = contents[at + 1]
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", contents[at + 5 : at + 9])
            return height * width
        else:
            at += 2 + int.from_bytes(contents[at + 2 : at + 4])
    return 0

"""Reads the size of a JPEG or PNG file from its header, without decoding.

A small file can decode to gigabytes, so the size is checked first.
"""

import struct

from kp2part.schema import keys

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_NO_LENGTH = {0x01, *range(0xD0, 0xD8)}
# Start of frame, i.e. the size: C0 to CF without DHT, JPG and DAC.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PIXELS = 0xDA


def check(contents: bytes, source: str) -> tuple[int, int]:
    """Returns (height, width) as stored, which must not be too large.

    Args:
        contents: The bytes of the file.
        source: Path of the file, for messages.

    Raises:
        ValueError: Not a JPEG or PNG file, or one with too many pixels.
    """
    size = _size(contents)
    if size is None:
        raise ValueError(
            f"{source}: not a JPEG or PNG image. It begins with "
            f"{contents[:12]!r}"
        )
    height, width = size
    if height * width > keys.MAX_PIXELS:
        raise ValueError(
            f"{source}: must have at most {keys.MAX_PIXELS} pixels. "
            f"Received: {width} x {height}"
        )
    return size


def _size(contents: bytes) -> tuple[int, int] | None:
    if contents.startswith(_PNG) and contents[12:16] == b"IHDR":
        sides = contents[16:24]
        if len(sides) == 8:
            width, height = struct.unpack(">II", sides)
            return height, width
    if contents.startswith(_JPEG):
        return _jpeg_size(contents)
    return None


def _jpeg_size(contents: bytes) -> tuple[int, int] | None:
    at = 2
    while (at := contents.find(b"\xff", at)) >= 0 and at + 9 <= len(contents):
        marker = contents[at + 1]
        if marker in (0x00, 0xFF):  # Stuffing, or a fill byte.
            at += 1
        elif marker in _FRAMES:
            return struct.unpack(">HH", contents[at + 5 : at + 9])
        elif marker == _PIXELS:
            return None
        elif marker in _NO_LENGTH:
            at += 2
        else:
            (length,) = struct.unpack(">H", contents[at + 2 : at + 4])
            at += 2 + length
    return None

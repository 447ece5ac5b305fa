"""How the pixels of a photo file are stored, as `data.photo_header` reads it.

Tags that are not what CIPA DC-008 says count as absent, as in browsers.
"""

from collections.abc import Iterator
import struct

import numpy as np

_EXIF = b"Exif\0\0"
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_TAG, _SHORT = 0x0112, 3  # Its number, and its type: one number of 2 bytes.
_ENTRY = 12  # Bytes of a tag in a directory.
_MAX_SEGMENTS = 1000  # More before the pixels are none of a camera's.
_STARTS_PIXELS = (0xDA, 0xD9, b"IDAT", b"IEND")
_NO_LENGTH = (0x01, *range(0xD0, 0xD8))


def read(contents: bytes) -> int:
    """Returns the orientation of a file, 1 (upright) to 8.

    Args:
        contents: The bytes of a JPEG or PNG file.
    """
    if contents.startswith(_PNG):
        segments = _png_chunks(contents)
    elif contents.startswith(_JPEG):
        segments = _jpeg_segments(contents)
    else:
        return 1
    for _, (kind, block) in zip(range(_MAX_SEGMENTS), segments, strict=False):
        if kind in _STARTS_PIXELS:
            break
        if kind == b"eXIf":
            return _of_block(block)
        if kind == 0xE1 and block.startswith(_EXIF):
            return _of_block(block[len(_EXIF) :])
    return 1


def turn(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Returns stored pixels as people see them.

    Args:
        pixels: [H, W, C], as stored.
        orientation: 1 to 8.

    Returns:
        [H, W, C], or [W, H, C] from orientation 5 on.
    """
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _jpeg_segments(contents: bytes) -> Iterator[tuple[int | bytes, bytes]]:
    at = 2
    # Anything may stand before a marker, which may begin with several 0xff.
    while (at := contents.find(b"\xff", at)) >= 0 and at + 1 < len(contents):
        marker = contents[at + 1]
        if marker % 0xFF == 0:
            at += 1
            continue
        length = int.from_bytes(contents[at + 2 : at + 4].ljust(2, b"\0"))
        yield marker, contents[at + 4 : at + 2 + length]
        at += 2 if marker in _NO_LENGTH else 2 + length


def _png_chunks(contents: bytes) -> Iterator[tuple[int | bytes, bytes]]:
    at = len(_PNG)
    while at + 8 <= len(contents):
        length, kind = struct.unpack_from(">I4s", contents, at)
        yield kind, contents[at + 8 : at + 8 + length]
        at += 12 + length


def _of_block(block: bytes) -> int:
    """Returns the orientation in Exif data, which may be cut."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < 10:
        return 1
    (at,) = struct.unpack_from(f"{order}I", block, 4)
    if at + 2 > len(block):
        return 1
    (count,) = struct.unpack_from(f"{order}H", block, at)
    # A block that is cut has fewer tags than it says.
    for i in range(min(count, (len(block) - at - 2) // _ENTRY)):
        tag, kind, number, value = struct.unpack_from(
            f"{order}HHIH", block, at + 2 + i * _ENTRY
        )
        # Of the number two bytes count, as in the graph.
        if (tag, kind, number & 0xFFFF) == (_TAG, _SHORT, 1):
            return value if 1 <= value <= 8 else 1
    return 1

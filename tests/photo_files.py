"""Photo files as cameras and programs write them, for tests."""

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image

JPEG_START, PNG_START = 2, 33  # Where a segment, a chunk may stand.


def picture(height: int = 70, width: int = 90, seed: int = 0) -> np.ndarray:
    """Returns uint8 [height, width, 3], smooth enough for JPEG."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (height // 8 + 2, width // 8 + 2, 3))
    return cv2.resize(small.astype(np.uint8), (width, height))


def jpeg(pixels: np.ndarray, is_progressive: bool = False) -> bytes:
    """Returns the JPEG file of uint8 [H, W, 3], BGR."""
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(is_progressive)]
    return cv2.imencode(".jpg", pixels, flags)[1].tobytes()


def cmyk_jpeg(pixels: np.ndarray) -> bytes:
    """Returns the JPEG file of uint8 [H, W, 3], BGR, in the four inks."""
    contents = io.BytesIO()
    inks = Image.fromarray(pixels[..., ::-1]).convert("CMYK")
    inks.save(contents, "JPEG")
    return contents.getvalue()


def png(pixels: np.ndarray) -> bytes:
    """Returns the PNG file of uint8 [H, W, 3], BGR."""
    return cv2.imencode(".png", pixels)[1].tobytes()


def exif(
    orientation: int,
    little: bool = True,
    kind: int = 3,
    count: int = 1,
    num_before: int = 0,
) -> bytes:
    """Returns a block of Exif data, from its byte order on.

    Args:
        orientation: Value of the tag.
        little: Whether numbers are little endian.
        kind: Type of the tag; 3 is right.
        count: Of the tag; 1 is right.
        num_before: Tags before it.
    """
    order = "<" if little else ">"
    start = struct.pack(order + "2sHI", b"II" if little else b"MM", 42, 8)
    tags = [
        struct.pack(order + "HHII", 0x100, 4, 1, 77) for _ in range(num_before)
    ]
    tags.append(
        struct.pack(order + "HHIHH", 0x112, kind, count, orientation, 0)
    )
    return start + struct.pack(order + "H", len(tags)) + b"".join(tags)


def segment(marker: int, data: bytes) -> bytes:
    """Returns a segment of a JPEG file."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def chunk(kind: bytes, data: bytes) -> bytes:
    """Returns a chunk of a PNG file."""
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def tagged(file: bytes, *blocks: bytes) -> bytes:
    """Returns a JPEG or PNG file with blocks of Exif data."""
    if file.startswith(b"\x89PNG"):
        more = b"".join(chunk(b"eXIf", block) for block in blocks)
        return file[:PNG_START] + more + file[PNG_START:]
    more = [segment(0xE1, b"Exif\0\0" + block) for block in blocks]
    return with_segments(file, *more)


def with_segments(file: bytes, *segments: bytes) -> bytes:
    """Returns a JPEG file with segments at its beginning."""
    return file[:JPEG_START] + b"".join(segments) + file[JPEG_START:]


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Returns stored pixels [H, W, ...] as people see them."""
    turned = pixels.swapaxes(0, 1) if orientation >= 5 else pixels
    turned = turned[::-1] if orientation in (3, 4, 7, 8) else turned
    return turned[:, ::-1] if orientation in (2, 3, 6, 7) else turned


def stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Returns the pixels that a file with a tag stores of a picture."""
    # All but a quarter turn undo themselves.
    return upright(pixels, {6: 8, 8: 6}.get(orientation, orientation))

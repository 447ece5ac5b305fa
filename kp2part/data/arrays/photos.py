"""The pixels of a photo file as people see them, as `data.photos`."""

from collections.abc import Callable

import cv2
import numpy as np

from kp2part.data.arrays import orientation
from kp2part.formats.photos import image_size

_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def decode(contents: bytes, source: str) -> np.ndarray:
    """Returns the pixels of a JPEG or PNG file, uint8 [H, W, 3], RGB.

    The same as TensorFlow decodes: a network has learned from these.

    Args:
        contents: The bytes of the file.
        source: What it is called in errors.

    Raises:
        ValueError: Not a JPEG or PNG file, too many pixels, or not whole.
        ModuleNotFoundError: simplejpeg, which JPEG files need, is not
            installed.
    """
    return _decode(contents, source, _as_tensorflow)


def decode_to_show(contents: bytes, source: str) -> np.ndarray:
    """Returns what `decode` does, nearly: a JPEG's colors are rounded less.

    Needs no package but OpenCV. For pictures of what has been predicted: what
    is missing of a JPEG is made up.

    Args:
        contents: The bytes of the file.
        source: What it is called in errors.

    Raises:
        ValueError: Not a JPEG or PNG file, or too many pixels.
    """
    return _decode(contents, source, lambda whole, _: _with_opencv(whole))


def _decode(
    contents: bytes,
    source: str,
    decode_jpeg: Callable[[bytes, bool], np.ndarray],
) -> np.ndarray:
    image_size.check(contents, source)
    try:
        if contents.startswith(_JPEG):
            # Browsers do without the end of a file.
            ends = contents.endswith(_JPEG_END)
            whole = contents if ends else contents + _JPEG_END
            pixels = decode_jpeg(whole, not ends)
        else:
            if _PNG_END not in contents:
                raise ValueError("it lacks its end")
            pixels = _with_opencv(contents)
    except ValueError as error:
        raise ValueError(
            f"{source}: must be a whole JPEG or PNG file. Received: "
            f"{len(contents)} bytes: {error}"
        ) from error
    return orientation.turn(pixels, orientation.read(contents))


def _as_tensorflow(contents: bytes, strict: bool) -> np.ndarray:
    import simplejpeg

    # The fast transform is TensorFlow's default, and no choice of OpenCV's.
    # What is missing of a file is made up, unless it is strict.
    return simplejpeg.decode_jpeg(contents, "RGB", fastdct=True, strict=strict)


def _with_opencv(contents: bytes) -> np.ndarray:
    pixels = cv2.imdecode(
        np.frombuffer(contents, np.uint8),
        cv2.IMREAD_COLOR_RGB
        | cv2.IMREAD_ANYDEPTH
        | cv2.IMREAD_IGNORE_ORIENTATION,
    )
    if pixels is None:
        raise ValueError("it cannot be decoded")
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)  # OpenCV would round.
    return pixels

"""Reads the pixels of a photo, which must fit its masks."""

from absl import logging
import tensorflow as tf

from kp2part.data import records
from kp2part.formats.photos import image_size
from kp2part.system import op_messages
from tfrecords_tools.building import sources


def read(source: sources.Source, size: tuple[int, int]) -> tf.Tensor:
    """Returns the pixels of a photo, uint8 [H, W, 3], turned upright.

    Args:
        source: The files of the photo.
        size: (height, width) of its masks.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no image, broken, or of another size.
    """
    contents = check(source, size)
    try:
        return records.decode_photo(contents)
    except tf.errors.InvalidArgumentError as error:
        raise ValueError(
            f"{source.image}: not a whole JPEG or PNG image: "
            f"{op_messages.reason(error.message)}"
        ) from error


def check(source: sources.Source, size: tuple[int, int]) -> bytes:
    """Returns the contents of a photo's file, of which it checks the header.

    Args:
        source: The files of the photo.
        size: (height, width) of its masks.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no image, or of another size.
    """
    contents = source.image.read_bytes()
    # Before it is decoded: a small file can decode to gigabytes.
    image_size.check(contents, str(source.image))
    _check_size(source, contents, size)
    return contents


def _check_size(source: sources.Source, contents: bytes, size: tuple[int, int]):
    stored, orientation, upright = (
        x.numpy().tolist() for x in records.read_header(contents)
    )
    if not all(stored):
        raise ValueError(f"{source.image}: not a JPEG or PNG image.")
    if tuple(upright) == size:
        if orientation > 1 and stored == upright:
            logging.warning(
                "%s: is turned by its tag (EXIF orientation %d). Its size does "
                "not show it: the masks must be those of the upright picture.",
                source.image,
                orientation,
            )
        return
    if tuple(stored) == size:
        raise ValueError(
            f"{source.image}: shown upright, as its tag says (EXIF orientation "
            f"{orientation}), it has size {tuple(upright)} (height, width), "
            f"but the masks in {source.masks} have {size}: they were made "
            "on the pixels as stored, and do not fit. Make the masks on the "
            "upright picture, or remove the tag."
        )
    raise ValueError(
        f"{source.image}: must have the size of the masks in "
        f"{source.masks}, {size} (height, width). Received: "
        f"{tuple(upright)}"
    )

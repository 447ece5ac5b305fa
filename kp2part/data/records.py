"""Encodes examples as records, and decodes them."""

import dataclasses

import numpy as np
import tensorflow as tf

from kp2part.data import graph_checks
from kp2part.data import photo_header
from kp2part.data import photos
from kp2part.data import record_errors
from kp2part.schema import keys

JPEG_QUALITY = 95
_PNG_SIZE = 16  # Where a PNG file has its width and height.


@dataclasses.dataclass(frozen=True)
class Example:
    """One cropped object, as stored.

    Attributes:
        image: uint8 [S, S, 3], RGB.
        part_mask: uint8 [S, S], part ids or `keys.IGNORE_LABEL`.
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the crop.
        class_name: E.g. "horse".
        image_id: The source photo's name, without folder and suffix.
        object_index: 0-based, in the photo's annotation file.
        box: (xmin, ymin, xmax, ymax) of the crop, in pixels of the photo.
        source_size: (height, width) of the photo, in pixels.
    """

    image: np.ndarray
    part_mask: np.ndarray
    keypoints: np.ndarray
    class_name: str
    image_id: str
    object_index: int
    box: tuple[float, float, float, float]
    source_size: tuple[int, int]


def encode(example: Example) -> bytes:
    """Returns a serialized `tf.train.Example`; equal examples, equal bytes."""
    image = tf.io.encode_jpeg(example.image, quality=JPEG_QUALITY)
    mask = tf.io.encode_png(example.part_mask[..., np.newaxis])
    features = {
        keys.IMAGE: _bytes(image.numpy()),
        keys.PART_MASK: _bytes(mask.numpy()),
        keys.KEYPOINTS: _floats(np.ravel(example.keypoints)),
        keys.CLASS_NAME: _bytes(example.class_name.encode()),
        keys.IMAGE_ID: _bytes(example.image_id.encode()),
        keys.OBJECT_INDEX: _ints([example.object_index]),
        keys.BOX: _floats(example.box),
        keys.SOURCE_SIZE: _ints(example.source_size),
    }
    message = tf.train.Example(features=tf.train.Features(feature=features))
    # Otherwise the order of a protocol buffer's map is undefined.
    return message.SerializeToString(deterministic=True)


def parse(record, num_keypoints: int) -> dict[str, tf.Tensor]:
    """Returns the example of a record, under the keys of `schema`.

    Images stay encoded (see `decode_images`), which makes a shuffle buffer ten
    times smaller.

    Args:
        record: string [], as returned by `encode`.
        num_keypoints: K; an error if the record has another number.
    """
    string = tf.io.FixedLenFeature([], tf.string)
    return tf.io.parse_single_example(
        record,
        {
            keys.IMAGE: string,
            keys.PART_MASK: string,
            keys.KEYPOINTS: tf.io.FixedLenFeature(
                [num_keypoints, 3], tf.float32
            ),
            keys.CLASS_NAME: string,
            keys.IMAGE_ID: string,
            keys.OBJECT_INDEX: tf.io.FixedLenFeature([], tf.int64),
            keys.BOX: tf.io.FixedLenFeature([4], tf.float32),
            keys.SOURCE_SIZE: tf.io.FixedLenFeature([2], tf.int64),
        },
    )


def decode_images(example: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Returns `example` with image uint8 [S, S, 3] and mask uint8 [S, S].

    If it has a prior, its maps are uint8 [S, S, N].

    Raises:
        InvalidArgumentError: When run, of a record that this module did not
            write; see `record_errors`. Sizes are checked before decoding.
    """
    image, mask = tf.unstack(_checked_files(example))
    mask = tf.io.decode_png(mask, channels=1)
    decoded = {
        **example,
        keys.IMAGE: _decode_crop(image),
        keys.PART_MASK: mask[..., 0],
    }
    if keys.PRIOR_MAPS in example:
        stacked = tf.io.decode_png(example[keys.PRIOR_MAPS], channels=1)
        size = tf.shape(mask)[0]
        maps = tf.reshape(stacked, [-1, size, size])  # Stacked along y.
        decoded[keys.PRIOR_MAPS] = tf.transpose(maps, [1, 2, 0])
    return decoded


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def decode_photo(contents):
    """Returns the pixels of a photo as people see them, uint8 [H, W, 3], RGB.

    It is turned upright as its orientation tag (EXIF) says; see `photos`.

    Args:
        contents: string [], the bytes of a JPEG or PNG file.
    """
    header = photo_header.read(contents)
    return photos.decode(contents, header.orientation)


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def read_header(contents):
    """Returns what the header of a photo says, before it is decoded.

    Args:
        contents: string [], the bytes of a JPEG or PNG file.

    Returns:
        int32 [2], (height, width) of the pixels as stored, (0, 0) if it ends
        before them; int32 [], the orientation, 1 (upright) to 8; int32 [2],
        the size of the upright picture.
    """
    header = photo_header.read(contents)
    return header.size, header.orientation, header.upright_size


def _checked_files(example: dict[str, tf.Tensor]):
    """Returns image and mask, string [2], once they are known to fit."""
    image, mask = example[keys.IMAGE], example[keys.PART_MASK]
    size = tf.io.extract_jpeg_shape(image)[:2]
    header = tf.io.decode_raw(
        tf.strings.substr(mask, _PNG_SIZE, 8), tf.int32, little_endian=False
    )
    fits = tf.logical_and(size[0] == size[1], tf.reduce_all(header == size))
    return graph_checks.checked(
        tf.stack([image, mask]),
        fits,
        f"{record_errors.RULE}. Received: image, mask and photo",
        size,
        header[::-1],
        example[keys.IMAGE_ID],
    )


def _decode_crop(contents):
    # `encode` writes no tag, and looking for one takes time.
    return tf.io.decode_jpeg(contents, channels=3)


def _bytes(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _floats(values) -> tf.train.Feature:
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def _ints(values) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

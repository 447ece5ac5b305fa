"""What the header of a JPEG or PNG file says of its pixels, in a graph.

Nothing is decoded: a small file can decode to gigabytes.
"""

import dataclasses

import tensorflow as tf

from kp2part.data import exif

# More segments or chunks than this before the pixels are none of a camera's:
# each takes time.
MAX_SEGMENTS = 1000

_EXIF = b"Exif\0\0"
_STEP = 64  # Fill bytes that are skipped at once.


@dataclasses.dataclass(frozen=True)
class Header:
    """What is known of the pixels of a file.

    Attributes:
        size: int32 [2], (height, width) as stored; (0, 0) if the file ends, or
            makes no sense, before its pixels.
        orientation: int32 [], 1 (upright) to 8, as the file's tag says.
    """

    size: tf.Tensor
    orientation: tf.Tensor

    @property
    def upright_size(self) -> tf.Tensor:
        """int32 [2], (height, width) of the picture that people see."""
        return tf.where(
            self.orientation >= 5, tf.reverse(self.size, [0]), self.size
        )


def is_jpeg(contents):
    """Returns bool [] of a file string []."""
    return tf.strings.substr(contents, 0, 3) == b"\xff\xd8\xff"


def is_png(contents):
    """Returns bool [] of a file string []."""
    return tf.strings.substr(contents, 0, 8) == b"\x89PNG\r\n\x1a\n"


def read(contents) -> Header:
    """Returns the header of a file.

    Args:
        contents: string [], the file's bytes, of any kind.
    """
    size, orientation = tf.cond(
        is_jpeg(contents),
        lambda: _walk(contents, 2, _jpeg_segment),
        lambda: tf.cond(
            is_png(contents),
            lambda: _walk(contents, 8, _png_chunk),
            lambda: (tf.zeros([2], tf.int32), tf.constant(1)),
        ),
    )
    return Header(tf.ensure_shape(size, [2]), tf.ensure_shape(orientation, []))


def turn(pixels, orientation):
    """Returns stored pixels as people see them.

    Args:
        pixels: [H, W, C], as stored.
        orientation: int32 [], 1 to 8.

    Returns:
        [H, W, C], or [W, H, C] from orientation 5 on.
    """

    def turned():
        aside = tf.cond(
            orientation >= 5,
            lambda: tf.transpose(pixels, [1, 0, 2]),
            lambda: pixels,
        )
        upside_down = tf.reduce_any(orientation == [3, 4, 7, 8])
        mirrored = tf.reduce_any(orientation == [2, 3, 6, 7])
        aside = tf.cond(
            upside_down, lambda: tf.reverse(aside, [0]), lambda: aside
        )
        return tf.cond(mirrored, lambda: tf.reverse(aside, [1]), lambda: aside)

    upright = tf.cond(orientation == 1, lambda: pixels, turned)
    return tf.ensure_shape(upright, [None, None, pixels.shape[-1]])


def _walk(contents, start, step):
    """Returns size and orientation, from one segment to the next."""
    end = tf.cast(tf.strings.length(contents), tf.int64)

    def piece(at, count):
        return tf.strings.substr(contents, tf.minimum(at, end), count)

    _, is_done, size, orientation = tf.while_loop(
        lambda at, is_done, *_: ~is_done & (at < end),
        lambda at, _, size, orientation: step(piece, at, size, orientation),
        (
            tf.constant(start, tf.int64),
            tf.constant(False),
            tf.zeros([2], tf.int32),
            tf.constant(0),  # Not known yet.
        ),
        maximum_iterations=MAX_SEGMENTS,
        parallel_iterations=1,
    )
    size = tf.where(is_done, size, tf.zeros_like(size))
    return size, tf.maximum(orientation, 1)


def _jpeg_segment(piece, at, size, orientation):
    window = tf.cast(tf.io.decode_raw(piece(at, _STEP), tf.uint8), tf.int32)
    marks = (window[:-1] == 0xFF) & (window[1:] % 0xFF != 0)
    # Anything may stand before a marker, which may begin with several 0xff.
    return tf.cond(
        tf.reduce_any(marks),
        lambda: _jpeg_marker(piece, at + tf.argmax(marks), size, orientation),
        lambda: (at + _STEP - 1, tf.constant(False), size, orientation),
    )


def _jpeg_marker(piece, at, size, orientation):
    head = tf.cast(
        tf.io.decode_raw(piece(at, 10) + b"\0" * 10, tf.uint8), tf.int32
    )
    marker = head[1]
    length = tf.cast(256 * head[2] + head[3], tf.int64)
    has_size = (
        (marker >= 0xC0)
        & (marker <= 0xCF)
        & tf.reduce_all(marker != [0xC4, 0xC8, 0xCC])
    )
    size = tf.where(
        has_size,
        tf.stack([256 * head[5] + head[6], 256 * head[7] + head[8]]),
        size,
    )
    is_exif = (marker == 0xE1) & (piece(at + 4, len(_EXIF)) == _EXIF)
    orientation = tf.cond(
        is_exif & (orientation == 0),
        lambda: exif.orientation(
            piece(at + 4 + len(_EXIF), tf.maximum(length - 8, 0))
        ),
        lambda: orientation,
    )
    # TEM and RSTn have no length.
    bare = (marker == 0x01) | ((marker >= 0xD0) & (marker <= 0xD7))
    after = at + 2 + tf.where(bare, tf.constant(0, tf.int64), length)
    # From SOS on there are pixels, at EOI there are none.
    return after, tf.reduce_any(marker == [0xDA, 0xD9]), size, orientation


def _png_chunk(piece, at, size, orientation):
    length, kind = exif.number(piece(at, 4)), piece(at + 4, 4)
    size = tf.cond(
        kind == b"IHDR",
        lambda: tf.stack([_side(piece(at + 12, 4)), _side(piece(at + 8, 4))]),
        lambda: size,
    )
    orientation = tf.cond(
        (kind == b"eXIf") & (orientation == 0),
        lambda: exif.orientation(piece(at + 8, length)),
        lambda: orientation,
    )
    is_done = (kind == b"IDAT") | (kind == b"IEND")
    return at + 12 + length, is_done, size, orientation


def _side(text):
    return tf.cast(tf.minimum(exif.number(text), tf.int32.max), tf.int32)

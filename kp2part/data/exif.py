"""The orientation in a block of Exif data, in a graph.

Tags that are not what CIPA DC-008 says count as absent, as in browsers.
"""

import tensorflow as tf

_TAG = 0x0112
_SHORT = 3  # The type of the tag: one number of 2 bytes.
_ENTRY = 12  # Bytes of a tag in a directory.


def orientation(block):
    """Returns how the pixels are stored: int32 [], 1 (upright) to 8.

    Args:
        block: string [], Exif data from its byte order ("II" or "MM") on. It
            may be cut, or be anything.
    """
    little = _is(block, b"II*\0")
    known = little | _is(block, b"MM\0*")
    return tf.cond(
        known & (tf.strings.length(block) >= 10),
        lambda: _first_directory(block, little),
        lambda: 1,
    )


def _first_directory(block, little):
    at = number(tf.strings.substr(block, 4, 4), little)
    end = tf.cast(tf.strings.length(block), tf.int64)
    return tf.cond(
        at + 2 <= end,
        lambda: _orientation_at(block, at, end, little),
        lambda: 1,
    )


def _orientation_at(block, at, end, little):
    told = number(tf.strings.substr(block, at, 2), little)
    # A block that is cut has fewer tags than it says.
    count = tf.minimum(told, (end - at - 2) // _ENTRY)
    entries = tf.io.decode_raw(
        tf.strings.substr(block, at + 2, count * _ENTRY), tf.uint8
    )
    entries = tf.cast(tf.reshape(entries, [-1, _ENTRY]), tf.int32)
    tags, kinds, values = (
        _shorts(entries, first, little) for first in (0, 2, 8)
    )
    counts = _shorts(entries, tf.where(little, 4, 6), little)
    known = (tags == _TAG) & (kinds == _SHORT) & (counts == 1)
    value = tf.concat([tf.boolean_mask(values, known), [1]], 0)[0]
    return tf.where((value >= 1) & (value <= 8), value, 1)


def number(text, little=False):
    """Returns the number in the bytes of string [], int64 []."""
    digits = tf.cast(tf.io.decode_raw(text, tf.uint8), tf.int64)
    digits = tf.where(little, digits, tf.reverse(digits, [0]))
    places = tf.range(tf.size(digits, tf.int64), dtype=tf.int64)
    return tf.reduce_sum(tf.bitwise.left_shift(digits, 8 * places))


def _shorts(entries, first, little):
    a, b = (
        tf.gather(entries, first, axis=1),
        tf.gather(entries, first + 1, axis=1),
    )
    return tf.where(little, a + 256 * b, 256 * a + b)


def _is(block, begin: bytes):
    return tf.strings.substr(block, 0, len(begin)) == begin

"""The pixels of a photo file as people see them, in a graph.

One rule for records, for training and for serving: a photo is turned upright as
its tag says, so keypoints, boxes and masks are those of the upright picture.
"""

import tensorflow as tf

from kp2part.data import graph_checks
from kp2part.data import photo_header

_END = b"\xff\xd9"  # EOI, the end of a JPEG file.
_ANYTHING = b"\x5a" * 64
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def decode(contents, orientation, name: str = "The file", where=""):
    """Returns the pixels of a JPEG or PNG file, uint8 [H, W, 3], RGB.

    Args:
        contents: string [], the file's bytes.
        orientation: int32 [], 1 to 8, as `photo_header` read it.
        name: Of the file, for the error.
        where: Text or string [], the beginning of an error's message.
    """
    whole = tf.cond(
        photo_header.is_jpeg(contents),
        lambda: _whole_jpeg(contents, name, where),
        lambda: _whole_png(contents, name, where),
    )
    pixels = tf.io.decode_image(whole, channels=3, expand_animations=False)
    pixels = tf.ensure_shape(pixels, [None, None, 3])
    return photo_header.turn(pixels, orientation)


def _whole_jpeg(contents, name, where):
    """Returns the file with its end, which browsers do without."""
    return tf.cond(
        tf.strings.substr(contents, -len(_END), len(_END)) == _END,
        lambda: contents,
        lambda: _ended_jpeg(contents, name, where),
    )


def _ended_jpeg(contents, name, where):
    # Half an end would begin another marker.
    last = tf.strings.substr(contents, -1, 1)
    contents = tf.where(
        last == b"\xff",
        tf.strings.substr(contents, 0, tf.strings.length(contents) - 1),
        contents,
    )
    # The decoder makes up what is missing before the end. If anything is, then
    # it makes up something else of other bytes.
    one, other = (
        tf.io.decode_jpeg(contents + more + _END, channels=3)
        for more in (b"", _ANYTHING)
    )
    return graph_checks.checked(
        contents + _END,
        tf.reduce_all(one == other),
        tf.strings.join([where, _cut(name, "JPEG", contents)]),
    )


def _whole_png(contents, name, where):
    """Returns the file, if it has an end."""
    has_end = tf.cond(
        tf.strings.substr(contents, -len(_PNG_END), len(_PNG_END)) == _PNG_END,
        lambda: True,
        lambda: _has(contents, _PNG_END),
    )
    return graph_checks.checked(
        contents,
        has_end,
        tf.strings.join([where, _cut(name, "PNG", contents)]),
    )


def _has(contents, text: bytes):
    """Returns whether bytes are among those of a file, wherever."""
    given = tf.io.decode_raw(contents, tf.uint8)
    count = tf.size(given) - len(text) + 1
    places = [given[i : count + i] == code for i, code in enumerate(text)]
    return tf.reduce_any(tf.reduce_all(places, 0))


def _cut(name: str, kind: str, contents):
    length = tf.strings.as_string(tf.strings.length(contents))
    return tf.strings.join(
        [
            f"{name} must be whole: a {kind} file is cut after ",
            length,
            " bytes.",
        ]
    )

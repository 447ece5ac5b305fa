"""Checks of the inputs of an exported graph, with readable error messages.

A server enforces neither the shapes of a signature nor ranges of values, so the
graph must. Each check returns its input, see `graph_checks`.
"""

import tensorflow as tf

from kp2part.data import graph_checks
from kp2part.data import photo_header
from kp2part.exporting import file_kinds
from kp2part.schema import keys

IMAGE_BYTES = "image_bytes"
# Of all photos of a request, and how many there may be: they are what its time
# and memory grow with.
MAX_REQUEST_PIXELS = 80_000_000
MAX_ROWS = 64

checked = graph_checks.checked


def places(num_rows):
    """Returns how errors begin that concern a row, string [N].

    Empty if there is but one: a client that sends one by one knows which.
    """
    rows = tf.strings.as_string(tf.range(num_rows))
    return tf.where(num_rows > 1, tf.strings.join(["Row ", rows, ": "]), "")


def check_rows(image_bytes):
    """Returns string [N], if it has one dimension and is not empty."""
    image_bytes = _of_any_shape(image_bytes)
    image_bytes = checked(
        image_bytes,
        tf.equal(_rank(image_bytes), 1) & (tf.size(image_bytes) > 0),
        f"`{IMAGE_BYTES}` must have shape [N], N at least 1. Received shape:",
        tf.shape(image_bytes),
    )
    image_bytes.set_shape([None])
    return check_number(image_bytes)


def check_number(values):
    """Returns values [N, ...], if there are not too many rows."""
    num_rows = tf.shape(values)[0]
    return checked(
        values,
        num_rows <= MAX_ROWS,
        f"A request must have at most {MAX_ROWS} rows. Received:",
        num_rows,
    )


def check_shape(name: str, values, shape: tuple[int, ...], num_rows):
    """Returns values [N, *shape], if they have that shape.

    Args:
        name: Name of the input.
        values: float32.
        shape: Shape of a row.
        num_rows: int32 [], N.
    """
    values = _of_any_shape(values)
    found = tf.shape(values)
    # `==` is False, not an error, if the ranks differ.
    fits = tf.reduce_all(found == tf.stack([num_rows, *shape]))
    sides = ", ".join(str(side) for side in ("N", *shape))
    values = checked(
        values,
        tf.equal(_rank(values), 1 + len(shape)) & fits,
        f"`{name}` must have shape [{sides}] and all inputs the same N. "
        "Received shape and N:",
        found,
        num_rows,
    )
    values.set_shape([None, *shape])
    return values


def check_finite(name: str, values, where=""):
    """Returns values of any shape, if all are finite numbers."""
    return checked(
        values,
        tf.reduce_all(tf.math.is_finite(values)),
        _told(where, f"`{name}` must be finite numbers. Received:"),
        values,
    )


def check_keypoints(keypoints, where=""):
    """Returns keypoints float32 [K, 3], if they are finite and v is valid."""
    keypoints = check_finite(keys.KEYPOINTS, keypoints, where)
    v = keypoints[:, 2]
    return checked(
        keypoints,
        tf.reduce_all((v == 0) | (v == 1) | (v == 2)),
        _told(
            where, f"The v of `{keys.KEYPOINTS}` must be 0, 1 or 2. Received:"
        ),
        v,
    )


def check_inside(pixels, box, source_size, where=""):
    """Returns the pixels int32 [4] of a box, if it overlaps the photo."""
    return checked(
        pixels,
        tf.reduce_all(pixels[:2] < pixels[2:]),
        _told(
            where,
            f"`{keys.BOX}` must overlap the photo: xmin, ymin, xmax, ymax in "
            "its pixels. Received a box, and a photo of (height, width):",
        ),
        box,
        source_size,
    )


def check_file(contents, where="") -> photo_header.Header:
    """Returns the header of a JPEG or PNG file of a bearable size.

    Args:
        contents: string [], the bytes of a file.
        where: See `places`.
    """
    fits = photo_header.is_jpeg(contents) | photo_header.is_png(contents)
    kind = tf.cond(fits, lambda: "", lambda: file_kinds.describe(contents))
    rule = f"`{IMAGE_BYTES}` must be a JPEG or PNG file. Received: "
    contents = checked(
        contents, fits, tf.strings.join([where, rule, kind, "."])
    )
    header = photo_header.read(contents)
    size = checked(
        header.size,
        tf.reduce_all(header.size > 0),
        _told(
            where,
            f"`{IMAGE_BYTES}` must be whole: the file ends, or makes no sense, "
            "before its pixels. Its bytes:",
        ),
        tf.strings.length(contents),
    )
    size = checked(
        size,
        num_pixels(size) <= keys.MAX_PIXELS,
        _told(
            where,
            f"`{IMAGE_BYTES}` must have at most {keys.MAX_PIXELS} pixels. "
            "Received (height, width):",
        ),
        size,
    )
    return photo_header.Header(size, header.orientation)


def check_request(values, sizes):
    """Returns values, if the photos of a request are bearable together.

    Args:
        values: Any tensor.
        sizes: int32 [N, 2], (height, width) of the photos.
    """
    total = tf.reduce_sum(num_pixels(sizes))
    return checked(
        values,
        total <= MAX_REQUEST_PIXELS,
        "The photos of a request must have at most "
        f"{MAX_REQUEST_PIXELS} pixels together: send fewer in one. Received "
        "pixels and photos:",
        total,
        tf.shape(sizes)[0],
    )


def num_pixels(sizes):
    """Returns the pixels int64 [...] of sizes int32 [..., 2]."""
    return tf.reduce_prod(tf.cast(sizes, tf.int64), -1)


def _of_any_shape(values):
    # Otherwise the declared shape is trusted and its check is optimized away.
    return tf.raw_ops.PlaceholderWithDefault(
        input=values, shape=tf.TensorShape(None)
    )


def _rank(values):
    # `tf.rank` would still return the declared rank.
    return tf.size(tf.shape(values))


def _told(where, message: str):
    return tf.strings.join([where, message])

"""Checks of the inputs of an exported graph, with readable error messages.

A server enforces neither the shapes of a signature nor ranges of values, so the
graph must. Each check returns its input: the order of execution in a graph is
free, so later operations must depend on the check.
"""

import tensorflow as tf

from kp2part.schema import keys

IMAGE_BYTES = "image_bytes"
MAX_PIXELS = 40_000_000


def checked(value, condition, message: str, *evidence):
    """Returns `value` if `condition` holds.

    Args:
        value: Any tensor.
        condition: bool [].
        message: The rule; the evidence is appended.
        *evidence: Tensors of which up to 8 values are shown.
    """
    check = tf.debugging.Assert(condition, [message, *evidence], summarize=8)
    # In eager mode there is no operation to wait for.
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(value)


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
    return image_bytes


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


def check_finite(name: str, values):
    """Returns values of any shape, if all are finite numbers."""
    return checked(
        values,
        tf.reduce_all(tf.math.is_finite(values)),
        f"`{name}` must be finite numbers. Received:",
        values,
    )


def check_keypoints(keypoints):
    """Returns keypoints float32 [K, 3], if they are finite and v is valid."""
    keypoints = check_finite(keys.KEYPOINTS, keypoints)
    v = keypoints[:, 2]
    return checked(
        keypoints,
        tf.reduce_all((v == 0) | (v == 1) | (v == 2)),
        f"The v of `{keys.KEYPOINTS}` must be 0, 1 or 2. Received:",
        v,
    )


def check_inside(pixels, box, source_size):
    """Returns the pixels int32 [4] of a box, if it overlaps the photo."""
    return checked(
        pixels,
        tf.reduce_all(pixels[:2] < pixels[2:]),
        f"`{keys.BOX}` must overlap the photo: xmin, ymin, xmax, ymax in its "
        "pixels. Received a box, and a photo of (height, width):",
        box,
        source_size,
    )


def check_file(contents):
    """Returns string [], if it is a JPEG or PNG of at most `MAX_PIXELS`."""
    begin = tf.strings.substr(contents, 0, 8)
    jpeg = tf.strings.substr(begin, 0, 3) == b"\xff\xd8\xff"
    png = begin == b"\x89PNG\r\n\x1a\n"
    contents = checked(
        contents,
        jpeg | png,
        f"`{IMAGE_BYTES}` must be a JPEG or PNG file. It begins with:",
        begin,
    )
    # From the header: a small file can decode to gigabytes.
    sides = tf.cond(
        jpeg,
        lambda: tf.io.extract_jpeg_shape(contents)[:2],
        lambda: _png_sides(contents),
    )
    return checked(
        contents,
        tf.reduce_prod(tf.cast(sides, tf.int64)) <= MAX_PIXELS,
        f"`{IMAGE_BYTES}` must have at most {MAX_PIXELS} pixels. Received "
        "(height, width):",
        sides,
    )


def _of_any_shape(values):
    # Otherwise the declared shape is trusted and its check is optimized away.
    return tf.raw_ops.PlaceholderWithDefault(
        input=values, shape=tf.TensorShape(None)
    )


def _rank(values):
    # `tf.rank` would still return the declared rank.
    return tf.size(tf.shape(values))


def _png_sides(contents):
    # IHDR is always first: width and height in bytes 16 to 23, big endian.
    header = tf.strings.substr(contents, 16, 8)
    header = checked(
        header,
        tf.strings.length(header) == 8,
        f"`{IMAGE_BYTES}` must be a complete PNG file: it ends in its header.",
    )
    # decode_raw reads 8 bytes as two numbers of 4.
    sides = tf.io.decode_raw(header, tf.int32, little_endian=False)
    sides = tf.reverse(tf.ensure_shape(sides, [2]), [0])
    return tf.where(sides < 0, tf.int32.max, sides)

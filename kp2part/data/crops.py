"""Cuts the network's square crop out of a photo, and pastes predictions back.

Building records, training and serving share this code: it runs eagerly, inside
`tf.data` and inside an exported graph. Points and boxes follow the pixel
convention of `schema.keys`.
"""

import tensorflow as tf

from kp2part.data.arrays import crops as array_crops
from kp2part.schema import keys

# A keypoint at most this far outside the crop, as a fraction of its side, is
# kept: annotators may click a paw some pixels below the mask of its leg.
TOLERANCE = array_crops.TOLERANCE

# Without a box, the extent of the keypoints is used with this margin on each
# side, as a fraction of its longer side. 0.08 fits the boxes of animals best,
# but a crop that is too large costs less than one that cuts off the tail; see
# benchmarks/box_margin.py.
BOX_MARGIN = array_crops.BOX_MARGIN


def around_keypoints(keypoints, margin: float = BOX_MARGIN):
    """Returns the box to use if none is given, float32 [4].

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels; at least two
            must have v > 0.
        margin: Margin on each side, as a fraction of the longer side.
    """
    known = tf.boolean_mask(keypoints[:, :2], keypoints[:, 2] > 0)
    low = tf.reduce_min(known, 0)
    high = tf.reduce_max(known, 0) + 1  # From points to pixel edges.
    border = margin * tf.reduce_max(high - low)
    return tf.concat([low - border, high + border], 0)


def whole_pixels(box, source_size, context: float):
    """Returns the pixels to cut out for `box`.

    Args:
        box: float32 [4], an object's box.
        source_size: int32 [2], (height, width) of the photo.
        context: Margin to add on each side, as a fraction of the box's side.

    Returns:
        int32 [4]: the widened box, rounded outwards and clipped to the photo.
        Empty if `box` is outside the photo.
    """
    box = tf.cast(box, tf.float32)
    margin = context * tf.tile(box[2:] - box[:2], [2])
    low = tf.math.floor(box[:2] - margin[:2])
    high = tf.math.ceil(box[2:] + margin[2:])
    limit = tf.cast(tf.reverse(source_size, [0]), tf.float32)
    corners = [tf.clip_by_value(corner, 0.0, limit) for corner in (low, high)]
    return tf.cast(tf.concat(corners, 0), tf.int32)


def fit(box, size: int, aspect: str):
    """Returns the place of the content of `box` in its crop.

    Args:
        box: int32 [4], not empty.
        size: Side of the crop, in pixels.
        aspect: "stretch" fills the crop; "pad" keeps the box's aspect ratio and
            centers it.

    Returns:
        int32 [2] and int32 [2]: the content's (height, width) and its
        (top, left), in pixels of the crop.
    """
    sides = tf.reverse(box[2:] - box[:2], [0])
    if aspect == "stretch":
        return tf.constant([size, size]), tf.constant([0, 0])
    # float64: in float32, a side that fits exactly could be rounded wrongly.
    scaled = tf.cast(sides, tf.float64) * (
        size / tf.cast(tf.reduce_max(sides), tf.float64)
    )
    content = tf.maximum(tf.cast(tf.round(scaled), tf.int32), 1)
    return content, (size - content) // 2


def cut_image(image, box, size: int, aspect: str):
    """Returns the crop of an image, resized bilinearly with antialiasing.

    Args:
        image: uint8 or float32 [H, W, 3], in 0..255.
        box: int32 [4], inside the image.
        size: Side S of the crop, in pixels.
        aspect: See `fit`. Padding is black.

    Returns:
        float32 [S, S, 3], in 0..255.
    """
    content, corner = fit(box, size, aspect)
    pixels = tf.image.resize(_slice(image, box), content, antialias=True)
    # The antialiasing weights can overshoot the range by a rounding error.
    pixels = tf.clip_by_value(pixels, 0.0, 255.0)
    return _place(pixels, corner, size, 0.0)


def cut_mask(mask, box, size: int, aspect: str):
    """Returns the crop of a label map, resized by nearest neighbor.

    Args:
        mask: uint8 [H, W], part ids.
        box: int32 [4], inside the mask.
        size: Side S of the crop, in pixels.
        aspect: See `fit`. Padding is `keys.IGNORE_LABEL`.

    Returns:
        uint8 [S, S].
    """
    return cut_labels(
        mask[..., tf.newaxis], box, size, aspect, keys.IGNORE_LABEL
    )[..., 0]


def cut_labels(maps, box, size: int, aspect: str, fill: int):
    """Returns the crop of several label maps, resized by nearest neighbor.

    Args:
        maps: uint8 [H, W, N], part ids.
        box: int32 [4], inside the maps.
        size: Side S of the crop, in pixels.
        aspect: See `fit`.
        fill: Part id of the padding.

    Returns:
        uint8 [S, S, N].
    """
    content, corner = fit(box, size, aspect)
    labels = tf.image.resize(_slice(maps, box), content, method="nearest")
    return _place(labels, corner, size, fill)


def move_keypoints(keypoints, box, size: int, aspect: str):
    """Returns the keypoints of an image in pixels of its crop.

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the image.
        box: int32 [4].
        size: Side S of the crop, in pixels.
        aspect: See `fit`.

    Returns:
        float32 [K, 3]; see `confine` for those outside.
    """
    content, corner = fit(box, size, aspect)
    scale = tf.reverse(content, [0]) / (box[2:] - box[:2])  # (x, y), float64
    first = tf.cast(box[:2], tf.float32) - 0.5  # The left and top edge.
    shift = tf.cast(tf.reverse(corner, [0]), tf.float32) - 0.5
    points = (keypoints[:, :2] - first) * tf.cast(scale, tf.float32) + shift
    return confine(tf.concat([points, keypoints[:, 2:]], 1), size)


def confine(keypoints, size: int):
    """Returns keypoints that are inside the crop or absent.

    Those outside by at most `TOLERANCE` of the side move to its edge, others
    become absent. Rows are never removed. An absent keypoint is (0, 0, 0).

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the crop.
        size: Side S of the crop, in pixels.
    """
    points, v = keypoints[:, :2], keypoints[:, 2:]
    reach = 0.5 + TOLERANCE * size
    near = (points >= -reach) & (points <= size - 1 + reach)
    kept = tf.reduce_all(near, axis=1, keepdims=True) & (v > 0)
    inside = tf.clip_by_value(points, 0.0, size - 1.0)
    rows = tf.concat([inside, v], 1)
    return tf.where(kept, rows, tf.zeros_like(rows))


def paste_labels(probabilities, box, source_size, aspect: str):
    """Returns the label map of a whole photo from the prediction for its crop.

    Args:
        probabilities: float32 [S, S, P].
        box: int32 [4], the pixels that the crop was cut from.
        source_size: int32 [2], (height, width) of the photo.
        aspect: How the crop was cut, see `fit`.

    Returns:
        uint8 [H, W], part ids; background outside the box.
    """
    labels = tf.argmax(paste(probabilities, box, aspect), axis=-1)
    return surround(tf.cast(labels, tf.uint8), box, source_size)


def paste(probabilities, box, aspect: str):
    """Returns the prediction for a crop, resized to the pixels of its photo.

    Args:
        probabilities: float32 [S, S, P].
        box: int32 [4], the pixels that the crop was cut from.
        aspect: How the crop was cut, see `fit`.

    Returns:
        float32 [ymax - ymin, xmax - xmin, P].
    """
    size = probabilities.shape[0]
    content, corner = fit(box, size, aspect)
    prediction = tf.slice(
        probabilities,
        tf.concat([corner, [0]], 0),
        tf.concat([content, [-1]], 0),
    )
    # Probabilities are interpolated, not labels: edges stay smooth.
    return tf.image.resize(prediction, tf.reverse(box[2:] - box[:2], [0]))


def surround(labels, box, source_size):
    """Returns labels uint8 [H, W] with background outside the box.

    Args:
        labels: uint8 [ymax - ymin, xmax - xmin], part ids.
        box: int32 [4].
        source_size: int32 [2], (height, width) of the photo.
    """
    before = tf.reverse(box[:2], [0])
    after = source_size - tf.reverse(box[2:], [0])
    return tf.pad(labels, tf.stack([before, after], 1))


def _slice(image, box):
    start = tf.stack([box[1], box[0], 0])
    sides = tf.stack([box[3] - box[1], box[2] - box[0], -1])
    return tf.slice(image, start, sides)


def _place(content, corner, size, fill):
    after = size - corner - tf.shape(content)[:2]
    paddings = tf.concat([tf.stack([corner, after], 1), [[0, 0]]], 0)
    placed = tf.pad(content, paddings, constant_values=fill)
    return tf.ensure_shape(placed, [size, size, content.shape[-1]])

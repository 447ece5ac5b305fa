"""Cuts the network's crop out of a photo, as `data.crops` does in a graph.

Shapes, units and rules are described there.
"""

import numpy as np

from kp2part.data.arrays import resizing

TOLERANCE = 0.05  # See `confine`.
BOX_MARGIN = 0.3  # See `around_keypoints`.


def around_keypoints(
    keypoints: np.ndarray, margin: float = BOX_MARGIN
) -> np.ndarray:
    """Returns the box to use if none is given, float32 [4].

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels; at least two
            must have v > 0.
        margin: Margin on each side, as a fraction of the longer side.
    """
    known = keypoints[keypoints[:, 2] > 0, :2]
    low, high = known.min(0), known.max(0) + 1  # From points to pixel edges.
    border = np.float32(margin) * (high - low).max()
    return np.concatenate([low - border, high + border])


def whole_pixels(
    box: np.ndarray, source_size: tuple[int, int], context: float
) -> np.ndarray:
    """Returns the pixels to cut out for a box.

    Args:
        box: [4], an object's box.
        source_size: (height, width) of the photo.
        context: Margin to add on each side, as a fraction of the box's side.

    Returns:
        int32 [4]; empty if `box` is outside the photo.
    """
    low, high = np.reshape(box, (2, 2)).astype(np.float32)
    margin = np.float32(context) * (high - low)
    corners = np.stack([np.floor(low - margin), np.ceil(high + margin)])
    limit = np.array(source_size[::-1], np.float32)
    return np.clip(corners, 0, limit).astype(np.int32).reshape(4)


def fit(
    box: np.ndarray, size: int, aspect: str
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the place of the content of a box in its crop.

    Args:
        box: int32 [4], not empty.
        size: Side of the crop, in pixels.
        aspect: "stretch" or "pad".

    Returns:
        (height, width) of the content, and its (top, left), int64 [2] each.
    """
    if aspect == "stretch":
        return np.array([size, size]), np.array([0, 0])
    sides = (box[2:] - box[:2])[::-1]
    content = np.maximum(np.rint(sides * (size / sides.max())), 1)
    return content.astype(np.int64), (size - content.astype(np.int64)) // 2


def cut_image(
    image: np.ndarray, box: np.ndarray, size: int, aspect: str
) -> np.ndarray:
    """Returns the crop of an image, float32 [S, S, 3], in 0..255.

    Args:
        image: uint8 [H, W, 3], in 0..255.
        box: int32 [4], inside the image.
        size: Side S of the crop, in pixels.
        aspect: See `fit`. Padding is black.
    """
    xmin, ymin, xmax, ymax = box
    (height, width), (top, left) = fit(box, size, aspect)
    pixels = resizing.resize(image[ymin:ymax, xmin:xmax], height, width)
    crop = np.zeros((size, size, image.shape[-1]), np.float32)
    # The antialiasing weights can overshoot the range by a rounding error.
    crop[top : top + height, left : left + width] = np.clip(pixels, 0, 255)
    return crop


def move_keypoints(
    keypoints: np.ndarray, box: np.ndarray, size: int, aspect: str
) -> np.ndarray:
    """Returns the keypoints of an image in pixels of its crop, float32 [K, 3].

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the image.
        box: int32 [4].
        size: Side S of the crop, in pixels.
        aspect: See `fit`.
    """
    content, corner = fit(box, size, aspect)
    scale = (content[::-1] / (box[2:] - box[:2])).astype(np.float32)
    first = box[:2].astype(np.float32) - np.float32(0.5)  # Left and top edge.
    shift = corner[::-1].astype(np.float32) - np.float32(0.5)
    points = (keypoints[:, :2] - first) * scale + shift
    return confine(np.concatenate([points, keypoints[:, 2:]], 1), size)


def confine(keypoints: np.ndarray, size: int) -> np.ndarray:
    """Returns keypoints that are inside the crop or absent, (0, 0, 0).

    Those outside by at most `TOLERANCE` of the side move to its edge.

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the crop.
        size: Side S of the crop, in pixels.
    """
    points, v = keypoints[:, :2], keypoints[:, 2:]
    reach = 0.5 + TOLERANCE * size
    near = (points >= -reach) & (points <= size - 1 + reach)
    kept = near.all(1, keepdims=True) & (v > 0)
    inside = np.clip(points, 0, size - 1)
    rows = np.concatenate([inside, v], 1)
    return np.where(kept, rows, 0).astype(np.float32)

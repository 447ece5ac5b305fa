"""Photos with parts and keypoints drawn on them, with OpenCV."""

import cv2
import numpy as np

from kp2part.data.arrays import photos
from kp2part.schema import category as category_lib

IGNORED_COLOR = (128, 128, 128)


def paint(mask: np.ndarray, category: category_lib.Category) -> np.ndarray:
    """Returns a label map in the category's colors.

    Args:
        mask: uint8 [H, W], part ids or `keys.IGNORE_LABEL` (gray).
        category: Defines the palette.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    colors = np.full((256, 3), IGNORED_COLOR, np.uint8)
    colors[: len(category.parts)] = category.colors
    return colors[mask]


def blend(
    image: np.ndarray, mask: np.ndarray, category: category_lib.Category
) -> np.ndarray:
    """Returns an image with colored and outlined parts.

    Args:
        image: uint8 [H, W, 3], RGB.
        mask: uint8 [H, W], part ids.
        category: Defines the palette. The background is not colored.

    Returns:
        uint8 [H, W, 3].
    """
    mixed = cv2.addWeighted(image, 0.45, paint(mask, category), 0.55, 0)
    picture = np.where((mask > 0)[..., np.newaxis], mixed, image)
    # Outlines separate neighboring parts for color-blind viewers.
    edges = cv2.morphologyEx(
        mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
    )
    picture[(edges > 0) & (mask > 0)] = (255, 255, 255)
    return picture


def overlay(
    photo: bytes,
    mask: np.ndarray,
    keypoints: np.ndarray,
    category: category_lib.Category,
) -> np.ndarray:
    """Returns a photo with parts, keypoints and skeleton.

    Args:
        photo: A JPEG or PNG file.
        mask: uint8 [H, W], part ids.
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the photo.
        category: Names and colors.

    Returns:
        uint8 [H, W, 3], upright as its tag says, like the mask.
    """
    pixels = photos.decode_to_show(photo, "The photo")
    return draw_keypoints(blend(pixels, mask, category), keypoints, category)


def draw_keypoints(
    image: np.ndarray, keypoints: np.ndarray, category: category_lib.Category
) -> np.ndarray:
    """Returns an image with its keypoints and the skeleton between them.

    Args:
        image: uint8 [H, W, 3], RGB.
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the image.
            Left ones are blue, right ones orange, the others white.
        category: Names and skeleton.

    Returns:
        uint8 [H, W, 3].
    """
    picture = image.copy()
    # The color of a smaller circle would vanish inside its outline.
    radius = max(3, round(max(image.shape[:2]) / 90))
    points = [tuple(int(round(c)) for c in row[:2]) for row in keypoints]
    shown = keypoints[:, 2] > 0
    for a, b in category.skeleton_indices:
        if shown[a] and shown[b]:
            cv2.line(
                picture, points[a], points[b], (255, 255, 0), 1, cv2.LINE_AA
            )
    for name, point, show in zip(
        category.keypoints, points, shown, strict=True
    ):
        if show:
            cv2.circle(
                picture, point, radius, side_color(name), -1, cv2.LINE_AA
            )
            cv2.circle(picture, point, radius, (0, 0, 0), 1, cv2.LINE_AA)
    return picture


def encode_png(picture: np.ndarray) -> bytes:
    """Returns uint8 [H, W, 3] RGB or uint8 [H, W] pixels as a PNG file."""
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", picture)[1].tobytes()


def side_color(name: str) -> tuple[int, int, int]:
    """Returns the (r, g, b) of a keypoint: left blue, right orange."""
    words = name.split("_")
    if "left" in words:
        return (0, 114, 255)
    return (255, 140, 0) if "right" in words else (255, 255, 255)

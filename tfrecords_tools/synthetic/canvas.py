"""Pixels: noise, strokes, blur and JPEG. Only this module draws with OpenCV.

Points are (x, y) in pixels with the origin at the center of the top-left pixel;
sizes are (height, width); images are RGB, float32 in [0, 255] until they are
encoded.
"""

import cv2
import numpy as np

# OpenCV takes coordinates in 1/16 pixels with this shift.
_SHIFT = 4


def noise(
    rng: np.random.Generator, size: tuple[int, int], cell: float | tuple
) -> np.ndarray:
    """Returns smooth noise, float32 [H, W], of mean 0 and std. dev. about 1.

    Args:
        rng: Source of randomness.
        size: (height, width).
        cell: Size of the grains in pixels, or (height, width).
    """
    cells = np.broadcast_to(cell, 2)
    grid = [int(np.ceil(n / c)) + 2 for n, c in zip(size, cells, strict=True)]
    grains = rng.standard_normal(grid, dtype=np.float32)
    zoomed = cv2.resize(
        grains,
        (max(size[1], grid[1]), max(size[0], grid[0])),
        interpolation=cv2.INTER_CUBIC,
    )
    return zoomed[: size[0], : size[1]]


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Returns `image` [H, W] or [H, W, C] after a Gaussian blur."""
    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def fill(size: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """Returns a bool [H, W] mask of the polygon with corners [N, 2]."""
    mask = np.zeros(size, np.uint8)
    cv2.fillPoly(mask, [_fixed(points)], 1, shift=_SHIFT)
    return mask > 0


def stroke(
    size: tuple[int, int], points: np.ndarray, thickness: float
) -> np.ndarray:
    """Returns a bool [H, W] mask of the line through points [N, 2]."""
    mask = np.zeros(size, np.uint8)
    pixels = max(1, round(thickness))
    cv2.polylines(mask, [_fixed(points)], False, 1, pixels, shift=_SHIFT)
    return mask > 0


def ellipse(
    size: tuple[int, int], center: np.ndarray, radii: np.ndarray
) -> np.ndarray:
    """Returns a bool [H, W] mask of an upright ellipse."""
    y, x = np.ogrid[: size[0], : size[1]]
    return ((x - center[0]) / radii[0]) ** 2 + (
        (y - center[1]) / radii[1]
    ) ** 2 < 1


def encode_jpeg(image: np.ndarray, quality: int) -> bytes:
    """Returns the JPEG file of a uint8 [H, W, 3] RGB image."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    ok, data = cv2.imencode(".jpg", image[..., ::-1], settings)
    if not ok:
        raise ValueError(f"Cannot encode an image of shape {image.shape}")
    return data.tobytes()


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(np.asarray(points) * (1 << _SHIFT)).astype(np.int32)

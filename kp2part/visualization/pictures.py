"""Pictures of examples and predictions as arrays, drawn with OpenCV."""

from collections.abc import Mapping
from collections.abc import Sequence

import cv2
import numpy as np

from kp2part.data.arrays import photos
from kp2part.schema import category as category_lib
from kp2part.schema import keys

_IGNORED = (128, 128, 128)
_HEADER = 22  # Height of a line of text, in pixels.
_FONT, _TEXT_SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.42
_SWATCH = 16  # Width of a color patch in the legend, in pixels.
_CELL = 128  # Small examples are enlarged to about this side.


def paint(mask: np.ndarray, category: category_lib.Category) -> np.ndarray:
    """Returns a label map in the category's colors.

    Args:
        mask: uint8 [H, W], part ids or `keys.IGNORE_LABEL` (gray).
        category: Defines the palette.

    Returns:
        uint8 [H, W, 3], RGB.
    """
    colors = np.full((256, 3), _IGNORED, np.uint8)
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


def grid(
    rows: Sequence[Sequence[np.ndarray]], titles: Sequence[str]
) -> np.ndarray:
    """Returns a grid of pictures of equal size.

    Args:
        rows: Rows of pictures, uint8 [H, W, 3] each.
        titles: One for each column.

    Returns:
        uint8 [any, any, 3].
    """
    body = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return np.concatenate([headings(titles, body.shape[1]), body])


def headings(titles: Sequence[str], width: int) -> np.ndarray:
    """Returns a line of text for columns of equal width.

    Args:
        titles: One for each column; shrunk to fit its width.
        width: Total width of the columns, in pixels.

    Returns:
        uint8 [any, width, 3], black on white.
    """
    line = np.full((_HEADER, width, 3), 255, np.uint8)
    column = width // len(titles)
    for i, title in enumerate(titles):
        corner = (i * column + 4, _HEADER - 7)
        write(line, title, corner, max_width=column - 8)
    return line


def legend(
    category: category_lib.Category,
    width: int,
    note: str = "",
    with_ignored: bool = False,
) -> np.ndarray:
    """Returns a legend for the colors of parts and keypoints.

    Args:
        category: Defines the palette. The background, which is not colored, is
            omitted.
        width: In pixels. Longer legends wrap.
        note: Text before the legend.
        with_ignored: Whether to explain the gray of `keys.IGNORE_LABEL`.

    Returns:
        uint8 [any, width, 3], on white.
    """
    entries = list(zip(category.parts, category.colors, strict=True))[1:]
    if with_ignored:
        entries.append(("ignored", _IGNORED))
    entries += [
        (f"{side} keypoint", side_color(side))
        for side in ("left", "right", "other")
    ]
    lines = [np.full((_HEADER, width, 3), 255, np.uint8)]
    x = 4 + _text_width(note) + 16 if note else 4
    write(lines[0], note, (4, _HEADER - 7))
    for text, color in entries:
        step = _SWATCH + 4 + _text_width(text) + 16
        if x > 4 and x + step > width:
            x = 4
            lines.append(np.full_like(lines[0], 255))
        corners = (x, 6), (x + _SWATCH, _HEADER - 7)
        cv2.rectangle(lines[-1], *corners, color, -1)
        cv2.rectangle(lines[-1], *corners, (0, 0, 0), 1)
        write(lines[-1], text, (x + _SWATCH + 4, _HEADER - 7))
        x += step
    return np.concatenate(lines)


def write(
    picture: np.ndarray,
    text: str,
    corner: tuple[int, int],
    color: tuple[int, int, int] = (0, 0, 0),
    max_width: int | None = None,
):
    """Draws a line of text on a picture.

    Args:
        picture: uint8 [H, W, 3], changed in place.
        text: ASCII.
        corner: (x, y) of its bottom-left corner, in pixels.
        color: (r, g, b).
        max_width: In pixels; longer text is shrunk.
    """
    size = _TEXT_SIZE
    if max_width and _text_width(text) > max_width:
        size *= max_width / _text_width(text)
    cv2.putText(picture, text, corner, _FONT, size, color, 1, cv2.LINE_AA)


def example_grid(
    batch: Mapping[str, np.ndarray],
    predictions: Mapping[str, np.ndarray],
    category: category_lib.Category,
    label_title: str = "label",
) -> np.ndarray:
    """Returns a row for each example: image, keypoints, predictions, label.

    Args:
        batch: A batch from `input_pipeline.eval_batches`.
        predictions: Output name -> logits [B, S, S, P].
        category: Names and colors.
        label_title: Heading of the last column.

    Returns:
        uint8 [any, any, 3].
    """
    images = np.round(batch[keys.IMAGE]).astype(np.uint8)
    names = [n for n in (keys.PSEUDO_PARTS, keys.PARTS) if n in predictions]
    rows = []
    for i, image in enumerate(images):
        masks = [np.argmax(predictions[n][i], -1) for n in names]
        masks.append(batch[keys.PART_MASK][i])
        image, keypoints, masks = _enlarge(
            image, batch[keys.KEYPOINTS][i], masks
        )
        rows.append(
            [
                image,
                draw_keypoints(image, keypoints, category),
                *(blend(image, mask, category) for mask in masks),
            ]
        )
    return grid(rows, ["image", "keypoints", *names, label_title])


def encode_png(picture: np.ndarray) -> bytes:
    """Returns uint8 [H, W, 3] RGB or uint8 [H, W] pixels as a PNG file."""
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", picture)[1].tobytes()


def _text_width(text: str) -> int:
    return cv2.getTextSize(text, _FONT, _TEXT_SIZE, 1)[0][0]


def side_color(name: str) -> tuple[int, int, int]:
    """Returns the (r, g, b) of a keypoint: left blue, right orange."""
    words = name.split("_")
    if "left" in words:
        return (0, 114, 255)
    return (255, 140, 0) if "right" in words else (255, 255, 255)


def _enlarge(image, keypoints, masks):
    factor = max(round(_CELL / image.shape[1]), 1)
    size = (factor * image.shape[1], factor * image.shape[0])
    # (0, 0) is the center of the first pixel.
    points = (keypoints[:, :2] + 0.5) * factor - 0.5
    return (
        cv2.resize(image, size, interpolation=cv2.INTER_CUBIC),
        np.concatenate([points, keypoints[:, 2:]], axis=1),
        [
            cv2.resize(
                m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST
            )
            for m in masks
        ],
    )

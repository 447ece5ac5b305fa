"""Text on pictures: headings of columns, and legends of colors."""

from collections.abc import Sequence

import cv2
import numpy as np

from kp2part.schema import category as category_lib
from kp2part.visualization import pictures

_HEADER = 22  # Height of a line of text, in pixels.
_FONT, _TEXT_SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.42
_SWATCH = 16  # Width of a color patch in the legend, in pixels.


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
        entries.append(("ignored", pictures.IGNORED_COLOR))
    entries += [
        (f"{side} keypoint", pictures.side_color(side))
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


def _text_width(text: str) -> int:
    return cv2.getTextSize(text, _FONT, _TEXT_SIZE, 1)[0][0]

"""Masks as Label Studio's brush has them: packed runs of RGBA values.

Bits, the most significant first: 32 with the number of values, 5 with the size
of a value, 4 x 4 with the sizes that a count can have, all sizes less 1. Then
runs: a 1 (a 0 would be values that differ, which masks do not need), 2 bits
with the size of the count, the count less 1, the value.
"""

from collections.abc import Iterator

import numpy as np

from kp2part.formats import labels
from kp2part.formats import rle

_CHANNELS = 4  # All equal; the last one, alpha, is the mask.
_VALUE_BITS = 8
_COUNT_BITS = (3, 4, 8, 16)
_LONGEST = 1 << _COUNT_BITS[-1]
_VALUES = ("00000000", "11111111")


def encode(
    mask: np.ndarray, corner: labels.Corner, height: int, width: int
) -> list[int]:
    """Returns the bytes of a mask in a photo.

    Args:
        mask: bool [h, w], a crop; what lies outside is 0.
        corner: (x, y) of the crop's first pixel in the photo.
        height: Of the photo, in pixels.
        width: Likewise.
    """
    bits = "".join(_bits(mask, corner, height, width))
    size = -(-len(bits) // 8)
    return list(int(bits.ljust(8 * size, "0"), 2).to_bytes(size, "big"))


def _bits(
    mask, corner: labels.Corner, height: int, width: int
) -> Iterator[str]:
    yield f"{_CHANNELS * height * width:032b}"
    yield f"{_VALUE_BITS - 1:05b}"
    yield from (f"{size - 1:04b}" for size in _COUNT_BITS)
    # Down the columns of the turned photo, which are its rows.
    counts = rle.run_lengths(mask.T, corner[::-1], width, height)
    for i, count in enumerate(counts):
        yield from _run(_CHANNELS * count, _VALUES[i % 2])


def _run(count: int, value: str) -> Iterator[str]:
    while count:
        piece = min(count, _LONGEST)
        index = next(i for i, n in enumerate(_COUNT_BITS) if piece <= 1 << n)
        yield f"1{index:02b}{piece - 1:0{_COUNT_BITS[index]}b}{value}"
        count -= piece

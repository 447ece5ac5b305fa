"""Masks as Label Studio's brush has them: packed runs of RGBA values.

Bits, the most significant first: 32 with the number of values, 5 with the size
of a value, 4 x 4 with the sizes that a count can have, all sizes less 1. Then
runs: a 1 (a 0 for values that differ, as at the soft edge of a stroke), 2 bits
with the size of the count, the count less 1, the value or the values.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from kp2part.formats.labeled import labels
from kp2part.formats.masks import rle
from kp2part.formats.names import identity

_CHANNELS = 4  # All equal; the last one, alpha, is the mask.
_VALUE_BITS = 8
_COUNT_BITS = (3, 4, 8, 16)
_HALF = 128  # From here on alpha is in the mask: strokes have soft edges.
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


def decode(packed: Any, height: int, width: int, where: str) -> np.ndarray:
    """Returns the mask of the bytes of a brush, bool [height, width].

    Args:
        packed: Any JSON value.
        height: Of the photo, in pixels.
        width: Likewise.
        where: File and place, for messages.

    Raises:
        ValueError: It is no such list of bytes, or of a photo of another size.
    """
    try:
        if not isinstance(packed, list):  # Of a number `bytes` makes zeros.
            raise TypeError("No list.")
        bits = _Bits(bytes(packed))
        total, values, counts = bits.read(32), [], []
        if total == _CHANNELS * height * width:
            values, counts = _runs(bits, total)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{where}: `rle` must be the bytes of a brush, whole. "
            f"Received: {identity.shown(packed)}"
        ) from error
    if sum(counts) != total or not counts:
        raise ValueError(
            f"{where}: `rle` must have {_CHANNELS} values for each of "
            f"{height} * {width} pixels. Received: {max(total, sum(counts))}"
        )
    drawn = np.repeat(np.array(values, np.uint8) >= _HALF, counts)
    return drawn.reshape(height, width, _CHANNELS)[..., -1]


class _Bits:
    """Reads numbers from bytes, bit by bit."""

    def __init__(self, packed: bytes):
        whole = int.from_bytes(packed, "big")
        self._text = f"{whole:0{8 * len(packed)}b}"
        self._place = 0

    def read(self, size: int) -> int:
        """Returns the number in the next bits; there must be so many."""
        first, self._place = self._place, self._place + size
        if self._place > len(self._text):
            raise ValueError("Cut.")
        return int(self._text[first : self._place], 2)


def _runs(bits: _Bits, total: int) -> tuple[list[int], list[int]]:
    """Returns values and how often each comes, in turn."""
    value_size = bits.read(5) + 1
    if value_size != _VALUE_BITS:
        raise ValueError("Not 8 bits.")
    count_sizes = [bits.read(4) + 1 for _ in range(4)]
    values, counts, left = [], [], total
    while left > 0:
        is_run, index = bits.read(1), bits.read(2)
        count = bits.read(count_sizes[index]) + 1
        found = 1 if is_run else count
        values += [bits.read(value_size) for _ in range(found)]
        counts += [count] if is_run else [1] * count
        left -= count
    return values, counts

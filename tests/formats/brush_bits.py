"""Reads Label Studio's brush, for tests: any file of the format, slowly."""

import numpy as np


def decode(packed: list[int], height: int, width: int) -> np.ndarray:
    """Returns the alpha of a brush, uint8 [height, width]."""
    bits = "".join(f"{byte:08b}" for byte in packed)
    place = 0

    def read(count: int) -> int:
        nonlocal place
        place += count
        return int(bits[place - count : place], 2)

    total, size = read(32), read(5) + 1
    counts = [read(4) + 1 for _ in range(4)]
    values = []
    while len(values) < total:
        is_run, index = read(1), read(2)
        count = read(counts[index]) + 1
        if is_run:
            values += [read(size)] * count
        else:
            values += [read(size) for _ in range(count)]
    return np.array(values, np.uint8).reshape(height, width, 4)[..., 3]

"""Numbers for text files: as short as they can be, and read back unchanged."""

import numpy as np

_DIGITS = 6  # After the point; a float32 of 16 or more has no finer steps.
CORNER = 0.5  # From the center of the top-left pixel to its corner.


def shortest(value: np.floating | float) -> float:
    """Returns the number with the fewest digits that is the same float32.

    That is 0.1 for float32's 0.10000000149.
    """
    return float(str(np.float32(value)))


def from_corner(value: np.floating | float) -> float:
    """Returns a coordinate of a point, counted from the corner of the photo.

    Args:
        value: In pixels from the center of the first pixel, as everywhere in
            kp2part.

    Returns:
        In pixels from the corner of that pixel, rounded to 1e-6.
    """
    return round(shortest(value) + CORNER, _DIGITS)

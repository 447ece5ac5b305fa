"""Run lengths of masks, as COCO has them: down the columns, zeros first."""

import numpy as np
from pycocotools import mask as coco_mask


def encode(
    mask: np.ndarray, corner: tuple[int, int], height: int, width: int
) -> dict:
    """Returns the compressed run lengths of a mask in a photo.

    The time that it takes is the crop's, not the photo's.

    Args:
        mask: bool [h, w], a crop; what lies outside is 0.
        corner: (x, y) of the crop's first pixel in the photo.
        height: Of the photo, in pixels.
        width: Likewise.

    Returns:
        {"size": [height, width], "counts": text}.
    """
    counts = run_lengths(mask, corner, height, width)
    sized = {"size": [height, width], "counts": counts}
    found = coco_mask.frPyObjects(sized, height, width)
    return {"size": [height, width], "counts": found["counts"].decode()}


def run_lengths(
    mask: np.ndarray, corner: tuple[int, int], height: int, width: int
) -> list[int]:
    """Returns the lengths of the runs of zeros and ones, in turn."""
    x, y = corner
    columns = np.zeros([mask.shape[1], mask.shape[0] + 2], np.int8)
    columns[:, 1:-1] = mask.T
    column, row = np.nonzero(np.diff(columns, axis=1))
    edges = (x + column) * height + y + row
    # Runs that go on at the top of the next column.
    joined = np.flatnonzero(edges[1:-1:2] == edges[2::2])
    edges = np.delete(edges, [*(2 * joined + 1), *(2 * joined + 2)])
    return np.diff(edges, prepend=0, append=height * width).tolist()


def decode(rle: dict) -> np.ndarray:
    """Returns the mask of compressed run lengths, bool [height, width]."""
    return coco_mask.decode(
        {"size": rle["size"], "counts": rle["counts"].encode()}
    ).astype(bool)

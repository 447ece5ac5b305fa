"""Small files of Pascal-Part as bytes."""

import io

import numpy as np
import scipy.io

MASK = np.zeros((4, 6), np.uint8)
MASK[1:3, 2:5] = 1


def file(imname: str, compressed: bool) -> bytes:
    """Returns a .mat file with a dog that has a head."""
    parts = np.zeros((1, 1), [("part_name", object), ("mask", object)])
    parts[0, 0] = "head", MASK
    fields = ("class", "class_ind", "mask", "parts")
    objects = np.zeros((1, 1), [(name, object) for name in fields])
    objects[0, 0] = "dog", np.uint8(12), MASK, parts
    contents = io.BytesIO()
    scipy.io.savemat(
        contents,
        {"anno": {"imname": imname, "objects": objects}},
        do_compression=compressed,
    )
    return contents.getvalue()

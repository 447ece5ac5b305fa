"""Reads the keypoints of one object from a small JSON file.

Either a list of K `[x, y, v]` in the category's order, which may be flat as in
COCO, or an object by name:

    {"nose": [120.5, 88, 2], "withers": [60, 70, 2]}

Keypoints that are left out or have v = 0 are absent. Pure Python and NumPy.
"""

from collections.abc import Sequence

import numpy as np

from kp2part.formats.names import identity
from kp2part.formats.poses import annotation
from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.system import json_file


def load(path: str, category: category_lib.Category) -> np.ndarray:
    """Returns the keypoints of a file, float32 [K, 3], rows of (x, y, v).

    Raises:
        ValueError: The file is missing or breaks a rule; the message names the
            file, the keypoint, the rule and the value.
    """
    fields = json_file.read(path)
    try:
        return parse(fields, category)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parse(fields, category: category_lib.Category) -> np.ndarray:
    """Returns the keypoints that `fields`, a list or a dict, describe."""
    names = category.keypoints
    if isinstance(fields, dict):
        rows = _by_name(fields, category)
    elif isinstance(fields, list):
        rows = fields
        if len(fields) == 3 * len(names) and not isinstance(fields[0], list):
            rows = [fields[i : i + 3] for i in range(0, len(fields), 3)]
        if len(rows) != len(names):
            raise ValueError(
                f"Must have the {len(names)} keypoints of "
                f"{category.name!r}. Received: {len(fields)}"
            )
    else:
        raise ValueError(
            "Must be a list of [x, y, v] or a JSON object by keypoint name. "
            f"Received: {type(fields).__name__}"
        )
    return np.array(
        [_row(n, r) for n, r in zip(names, rows, strict=True)], np.float32
    )


def _by_name(fields: dict, category: category_lib.Category) -> list:
    known = {identity.fold(name): name for name in category.keypoints}
    rows, unknown = {}, []
    for name, row in fields.items():
        if (ours := known.get(identity.fold(name))) is None:
            unknown.append(name)
        elif ours in rows:
            raise ValueError(f"Keypoint {ours!r} must be there once.")
        rows[ours] = row
    if unknown:
        shown = (identity.with_nearest(n, category.keypoints) for n in unknown)
        raise ValueError(
            f"Unknown keypoints {', '.join(shown)}. Keypoints of "
            f"{category.name!r}: {', '.join(category.keypoints)}."
        )
    return [rows.get(name, [0, 0, 0]) for name in category.keypoints]


def _row(name: str, row) -> Sequence[float]:
    where = f"Keypoint {name!r}"
    row = annotation.check_row(row, where)
    if row[2] not in (keys.ABSENT, keys.OCCLUDED, keys.VISIBLE):
        raise ValueError(
            f"{where}: `v` must be 0 (absent), 1 (occluded) or 2 (visible). "
            f"Received: v={row[2]}"
        )
    return row

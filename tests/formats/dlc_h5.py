"""Columns and values of DeepLabCut's HDF5 files, for tests."""

from tests.formats import dlc_csv

CATEGORY = dlc_csv.CATEGORY
NAN = float("nan")
LABELED = [
    ("h8", part, coord) for part in ("nose", "Left ear") for coord in "xy"
]
PATHS = [("labeled-data", "yard", f"img{i}.png") for i in (1, 0)]
PREDICTED = [
    ("DLC_r", who, part, coord)
    for who in ("b", "a")
    for part in ("nose", "left_ear")
    for coord in ("x", "y", "likelihood")
]
FRAMES = [[5.5, 6, 0.6, 7, 8, 0.5] + [NAN] * 6, [NAN] * 6 + [1, 2, 0.9] * 2]

"""Tracks of SLEAP, for tests."""

import numpy as np

from tests.formats import dlc_csv

CATEGORY = dlc_csv.CATEGORY
DIMS = ("frame", "track", "node", "xy")
NAN = float("nan")
# Two frames, two tracks, two nodes.
TRACKS = np.float64(
    [
        [[[5.5, 6], [7, 8]], [[NAN, NAN], [1, 2]]],
        [[[NAN, NAN], [NAN, NAN]], [[3, 4], [NAN, NAN]]],
    ]
)

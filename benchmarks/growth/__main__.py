r"""Measures how times grow with the work: nothing may be worse than linear.

    python -m benchmarks.growth --output=out/growth

Keypoints and the size of crops: a batch of 4 crops through a new network of
configs/best.flags, heatmaps drawn in it. Megapixels: from the JPEG file of a
photo to the PNG file of an animal. Animals: all of one photo, through
`kp2part.transfer`. The amounts of a curve take turns; times are those of the
processor. Writes growth.png and growth.json with the slope of each curve, the
exponent n of a cost that grows as amount ** n; with a slope above 1.1 it ends
with an error.
"""

import pathlib
import tempfile

from absl import flags
from absl import logging
import numpy as np

from kp2part.system import cli

_ROUNDS = flags.DEFINE_integer("rounds", 5, "Number of rounds.", lower_bound=1)
_QUICK = flags.DEFINE_bool(
    "quick", False, "Small amounts: to see that it runs."
)
_OUTPUT = flags.DEFINE_string("output", "out/growth", "Directory of results.")


def main(argv):
    del argv
    from benchmarks.growth import curve
    from kp2part.system import atomic
    from kp2part.system import json_file

    with tempfile.TemporaryDirectory() as directory:
        curves = _curves(pathlib.Path(directory))
    output = pathlib.Path(_OUTPUT.value)
    fields = {x.title: x.to_json() for x in curves}
    json_file.write(output / "growth.json", fields)
    atomic.write_bytes(output / "growth.png", curve.draw(curves))
    logging.info("Look at %s", output / "growth.png")
    if not _QUICK.value:  # Of small amounts, little is what grows.
        curve.check(curves)


def _curves(directory: pathlib.Path) -> list:
    from benchmarks.growth import curve
    from benchmarks.growth import work
    from benchmarks.speed import clock
    from benchmarks.speed import sizes
    from benchmarks.speed import workplace

    quick = _QUICK.value
    place = workplace.Workplace(directory, sizes.QUICK if quick else sizes.FULL)
    amounts = work.QUICK if quick else work.FULL
    curves = []
    for (title, unit), runs in work.runs(place, amounts).items():
        logging.info("%s: %s", title, ", ".join(f"{x:g}" for x in runs))
        times = clock.interleave(runs, _ROUNDS.value)
        seconds = {x: np.median(y.processor) for x, y in times.items()}
        curves.append(curve.Curve(title, unit, seconds))
    return curves


if __name__ == "__main__":
    cli.run(main)

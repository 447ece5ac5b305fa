r"""Measures kp2part beside its peers: `make bench`.

    python -m benchmarks --only=network,photos --rounds=5

Each benchmark runs all programs in turn on the same data, on one core and on
all, and takes the time of the processor and of the clock. Ratios are those of
each round, so that other load on the machine hardly changes them: the median,
and the quartiles. Outputs are compared first. What is not installed is left
out, see requirements-bench.txt.

Writes --output/table.md, also the table of docs/performance.md, and
--output/times.json with the times of all rounds and the machine.
"""

import pathlib
import tempfile

from absl import flags
from absl import logging

from benchmarks.speed import children
from kp2part.system import cli

_ONLY = flags.DEFINE_list(
    "only", list(children.ROUNDS), "Names of benchmarks to run."
)
_ROUNDS = flags.DEFINE_integer(
    "rounds",
    None,
    "Number of rounds of each; by default from 4 to 9.",
    lower_bound=1,
)
_QUICK = flags.DEFINE_bool(
    "quick", False, "Little work, on all cores: to see that it runs."
)
_OUTPUT = flags.DEFINE_string(
    "output", "out/bench", "Directory of the results."
)


def main(argv):
    del argv
    from benchmarks.speed import results
    from benchmarks.speed import sizes
    from benchmarks.speed import workplace

    children.check(_ONLY.value)
    measured = []
    with tempfile.TemporaryDirectory() as directory:
        place = workplace.Workplace(
            pathlib.Path(directory), sizes.QUICK if _QUICK.value else sizes.FULL
        )
        for name in _ONLY.value:
            for cores in _cores(name, place):
                logging.info("%s, %s cores", name, results.shown_cores(cores))
                measured += children.run(name, place, cores, _ROUNDS.value)
                _write(measured)
    print((pathlib.Path(_OUTPUT.value) / "table.md").read_text())  # noqa: T201


def _cores(name, place) -> list[int]:
    if _QUICK.value:
        return [0]
    return children.cores_of(children.cases_of(name, place))


def _write(measured):
    """Writes what there is so far: a later benchmark may fail."""
    from benchmarks.speed import machine
    from benchmarks.speed import results
    from kp2part.system import atomic
    from kp2part.system import json_file

    described = machine.describe()
    text = f"{machine.to_markdown(described)}\n"
    text += results.table(measured).to_markdown()
    output = pathlib.Path(_OUTPUT.value)
    rows = [row for one in measured for row in one.to_json()]
    json_file.write(
        output / "times.json", {"machine": described, "measured": rows}
    )
    atomic.write_text(output / "table.md", text)


if __name__ == "__main__":
    cli.run(main)

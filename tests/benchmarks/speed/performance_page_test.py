"""docs/performance.md has the table of `make bench` as it is today."""

import pathlib
import re

from absl.testing import absltest

from benchmarks.speed import children
from benchmarks.speed import results
from benchmarks.speed import sizes
from benchmarks.speed import workplace

ROOT = pathlib.Path(__file__).parents[3]
RATIO = r"1|\d+\.\d\d \(\d+\.\d\d - \d+\.\d\d\)"


def rows():
    text = (ROOT / "docs" / "performance.md").read_text()
    lines = [x for x in text.splitlines() if x.startswith("|")]
    cells = [[x.strip() for x in line.strip("|").split("|")] for line in lines]
    return [x for x in cells if not set("".join(x)) <= set(":-")]


class PerformancePageTest(absltest.TestCase):
    def test_columns(self):
        self.assertEqual(tuple(rows()[0]), results.HEADS)

    def test_rows(self):
        place = workplace.Workplace(ROOT, sizes.FULL)
        expected = [
            name
            for benchmark in children.ROUNDS
            for cores in children.cores_of(children.cases_of(benchmark, place))
            for name in results.names(children.cases_of(benchmark, place))
            if name[1] == results.shown_cores(cores)
        ]
        found = [tuple(x[: results.NUM_NAMES]) for x in rows()[1:]]
        self.assertEqual(found, expected)

    def test_cells(self):
        for row in rows()[1:]:
            times, ratios = row[3:5], row[5:]
            for cell in times:
                self.assertRegex(cell, r"^[\d,]+(\.\d+)?$")
            for cell in ratios:
                self.assertRegex(cell, re.compile(f"^({RATIO})$"))


if __name__ == "__main__":
    absltest.main()

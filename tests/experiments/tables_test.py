import json
import math
import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.experiments import example_sheet
from kp2part.experiments import protocols
from kp2part.experiments import tables

# Of two repeats and of one; the tail is nowhere in the first.
SYSTEMS = {
    "one": {
        "iou": {"head": [0.5, 0.7], "tail": [math.nan, math.nan]},
        "mean_iou": [0.5, 0.7],
        "mean_iou_foreground": [0.2, 0.4],
        "num_examples": [12, 15],
        "repeats": ["seed0", "seed1"],
    },
    "two": {
        "iou": {"head": [0.25], "tail": [0.1]},
        "mean_iou": [0.25],
        "mean_iou_foreground": [0.175],
        "num_examples": [12],
        "repeats": ["seed0"],
    },
}


def cells(line):
    return [cell.strip() for cell in line[1:-1].split("|")]


class MarkdownTest(absltest.TestCase):
    def test_systems_by_parts(self):
        lines = tables.to_markdown(SYSTEMS).splitlines()
        self.assertLen(lines, 4)
        self.assertEqual(
            cells(lines[0]),
            ["system", "head", "tail", "mean", "mean without background",
             "runs", "examples"],
        )  # fmt: skip
        # The spread of two values is their distance over the root of two:
        # 0.2 / 1.414 = 0.1414.
        self.assertEqual(
            cells(lines[2]),
            ["one", "60.0 ± 14.1", "n/a", "60.0 ± 14.1", "30.0 ± 14.1", "2",
             "12-15"],
        )  # fmt: skip
        self.assertEqual(
            cells(lines[3]), ["two", "25.0", "10.0", "25.0", "17.5", "1", "12"]
        )

    def test_the_papers_figures_are_below_ours(self):
        reported = {"full model": 63.69, "TernausNet": 60.0}
        text = tables.to_markdown(SYSTEMS, reported=reported)
        lines = text.splitlines()
        self.assertEqual(
            cells(lines[4]),
            ["the paper's full model", "", "", "63.69", "", "", ""],
        )
        self.assertEqual(cells(lines[5])[3], "60.00")
        self.assertIn("for its own photos and folds", text)
        self.assertNotIn("paper", tables.to_markdown(SYSTEMS))

    def test_gains_are_in_per_cent(self):
        text = tables.to_markdown(SYSTEMS, {"two": (0.0512, -0.01, 0.1)})
        self.assertEndsWith(
            text,
            "Mean IoU relative to one, paired over the images:\n\n"
            "- two +5.1 (-1.0 to +10.0)\n",
        )


class WriteTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir().full_path)

    def finish(self, runs):
        for run in runs:
            path = self.directory / run.name
            path.mkdir(parents=True)
            scores = {
                "iou": {"head": 0.5, "tail": None},
                "mean_iou": 0.5,
                "mean_iou_foreground": 0.5,
                "num_examples": 2,
            }
            (path / "metrics.json").write_text(json.dumps(scores))

    def files(self):
        return {path.name for path in self.directory.iterdir()} - {"all"}

    def test_comparison_names_its_measure(self):
        runs = protocols.split(["one", "two"], [0])
        tables.write_comparison(self.directory, runs, "true")
        self.assertEmpty(self.files())  # No run is finished.
        self.finish(runs)
        for labels, heading in (
            ("true", "# IoU, in percent\n\n## all\n\n"),
            ("pseudo", "# Agreement with pseudo-labels, in percent\n"),
        ):
            tables.write_comparison(self.directory, runs, labels)
            text = (self.directory / "table.md").read_text()
            self.assertStartsWith(text, heading)
        self.assertEqual(
            self.files(), {"table.md", "table.json", "comparison.png"}
        )
        table = json.loads((self.directory / "table.json").read_text())
        self.assertEqual(table["all"]["two"]["mean_iou"], [0.5])

    def test_the_papers_figures_stand_in_their_groups(self):
        runs = protocols.folds(["one"], 2, ["cat"])
        self.finish(runs)
        reported = {"cat": {"full model": 58.84}}
        tables.write_comparison(self.directory, runs, "true", reported=reported)
        text = (self.directory / "table.md").read_text()
        pooled, cat = text.split("## cat")
        self.assertNotIn("paper", pooled)
        self.assertIn("58.84", cat)

    def test_fractions_are_drawn_as_curves(self):
        runs = protocols.split(["one"], [0])
        self.finish(runs)
        tables.write_comparison(
            self.directory, runs, "true", fractions={"all": 0.25}
        )
        self.assertEqual(
            self.files(), {"table.md", "table.json", "fractions.png"}
        )

    def test_examples_of_each_group_that_has_a_sheet(self):
        runs = protocols.folds(["one"], 2, ["cat"])
        asked = []

        def draw(directory, members, num_examples, mask):
            asked.append(([run.group for run in members], num_examples, mask))
            sheet = np.zeros((2, 3, 3), np.uint8)
            return sheet if members[0].group == "cat" else None

        real, example_sheet.draw = example_sheet.draw, draw
        self.addCleanup(setattr, example_sheet, "draw", real)
        tables.write_examples(self.directory, runs, "pseudo", 5)
        self.assertEqual(
            asked,
            [
                (["all"] * 2, 5, "pseudo-label"),
                (["cat"] * 2, 5, "pseudo-label"),
            ],
        )
        found = self.directory.glob("*/examples.png")
        self.assertEqual([path.parent.name for path in found], ["cat"])


if __name__ == "__main__":
    absltest.main()

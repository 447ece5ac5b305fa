import json
import math
import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.evaluation import metrics
from kp2part.experiments import comparison
from kp2part.experiments import protocols


def write(directory, run, head, tail):
    path = directory / run.name
    path.mkdir(parents=True)
    scores = {
        "iou": {"head": head, "tail": tail},
        "mean_iou": head,
        "mean_iou_foreground": head,
        "num_examples": 12,
    }
    (path / "metrics.json").write_text(json.dumps(scores))


class ComparisonTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.runs = protocols.split(["one", "two"], [0, 1])
        write(self.base, self.runs[0], 0.5, None)  # one, seed 0
        write(self.base, self.runs[1], 0.25, 0.1)  # two, seed 0
        write(self.base, self.runs[2], 0.7, None)  # one, seed 1
        self.table = comparison.collect(self.base, self.runs)

    def test_collects_finished_runs_only(self):
        one, two = self.table["all"]["one"], self.table["all"]["two"]
        self.assertEqual(one["repeats"], ["seed0", "seed1"])
        self.assertEqual(one["iou"]["head"], [0.5, 0.7])
        self.assertEqual(two["repeats"], ["seed0"])

    def test_mean_and_spread_of_a_sample(self):
        mean, spread, count = comparison.summarize([0.5, 0.7, math.nan])
        self.assertAlmostEqual(mean, 0.6)
        self.assertAlmostEqual(spread, math.sqrt(0.02))
        self.assertEqual(count, 2)
        self.assertEqual(comparison.summarize([math.nan])[2], 0)

    def test_gain_is_paired_over_the_images(self):
        rng = np.random.default_rng(0)
        hits = rng.integers(10, 90, 40)
        for run, extra in zip(self.runs[:2], (0, 5), strict=True):
            right = hits + extra
            zeros = np.zeros_like(right)
            rows = [[right, 100 - right], [zeros, 50 + zeros]]
            path = self.base / run.name / "matrices.npy"
            np.save(path, np.array(rows).transpose(2, 0, 1))
        gain, low, high = comparison.gains(self.base, self.runs)["all"]["two"]
        before, after = (
            np.load(self.base / run.name / "matrices.npy").sum(0)
            for run in self.runs[:2]
        )
        self.assertAlmostEqual(
            gain, metrics.mean_iou(after) - metrics.mean_iou(before)
        )
        self.assertLess(low, gain)
        self.assertGreater(high, gain)
        # The images differ far more than the systems: unpaired it would be
        # drowned.
        self.assertLess(high - low, 0.02)

    def test_json_has_no_nan(self):
        again = json.loads(comparison.to_json(self.table))
        self.assertEqual(again["all"]["one"]["iou"]["tail"], [None, None])

    def test_curves_go_by_the_value_of_a_group(self):
        runs = protocols.fractions(["one", "two"], [0, 1], [1.0, 0.125], 1, 0)
        for i, (run, head) in enumerate(
            zip(runs, (0.5, 0.4, 0.7, 0.6, 0.2, 0.1), strict=False)
        ):
            write(self.base / "shares", run, head, 0.5 if i < 2 else None)
        table = comparison.collect(self.base / "shares", runs)
        # Not in the order of their names.
        table = {"a": table["fraction100"], "b": table["fraction012"]}
        groups = {"a": 1.0, "b": 0.125}
        curves = comparison.curves(table, groups)
        self.assertEqual(list(curves["one"]), ["mean", "head", "tail"])
        (low, mean, spread), high = curves["one"]["head"]
        self.assertEqual((low, mean), (0.125, 0.2))
        self.assertTrue(math.isnan(spread))  # One repeat.
        np.testing.assert_allclose(high, [1, 0.6, math.sqrt(0.02)])
        np.testing.assert_allclose(curves["two"]["mean"][1][1], 0.5)


if __name__ == "__main__":
    absltest.main()

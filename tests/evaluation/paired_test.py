from absl.testing import absltest
import numpy as np

from kp2part.evaluation import metrics
from kp2part.evaluation import paired


def matrices(hits):
    """Returns matrices of two parts; of the first, `hits` of 100 are right."""
    zeros = np.zeros_like(hits)
    rows = [[hits, 100 - hits], [zeros, 50 + zeros]]
    return np.array(rows).transpose(2, 0, 1)


class PairedTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.hits = np.random.default_rng(0).integers(10, 90, 40)
        self.before, self.after = (matrices(self.hits + n) for n in (0, 5))

    def test_images_are_paired(self):
        change = paired.mean_iou(self.before, self.after)
        expected = [
            metrics.mean_iou(m.sum(0)) for m in (self.before, self.after)
        ]
        self.assertEqual([change.before, change.after], expected)
        self.assertBetween(change.gain, change.low, change.high)
        # The images differ far more than the networks: unpaired it would be
        # drowned.
        self.assertLess(change.high - change.low, 0.02)

    def test_parts_and_foreground(self):
        first = paired.part_iou(self.before, self.after, 0)
        self.assertAlmostEqual(first.before, self.hits.mean() / 100)
        self.assertAlmostEqual(first.gain, 0.05)
        second = paired.part_iou(self.before, self.after, 1)
        foreground = paired.mean_iou_foreground(self.before, self.after)
        self.assertEqual(foreground, second)

    def test_by_image(self):
        after = self.before.copy()
        after[3] = matrices(self.hits[3:4] - 10)
        change = paired.by_image(self.before, after)
        self.assertLess(change[3], 0)
        self.assertEqual(np.count_nonzero(change), 1)

    def test_largest(self):
        changes = np.array([0.1, -0.2, np.nan, 0.3, 0, 0.1])
        self.assertEqual(list(paired.largest(changes)), [3, 0, 5])
        self.assertEqual(list(paired.largest(-changes)), [1])

    def test_part_of_no_image(self):
        absent = np.pad(self.before, [(0, 0), (0, 1), (0, 1)])
        change = paired.part_iou(absent, absent, 2)
        self.assertTrue(np.isnan([change.gain, change.low, change.high]).all())


if __name__ == "__main__":
    absltest.main()

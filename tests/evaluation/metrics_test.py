from absl.testing import absltest
import numpy as np

from kp2part.evaluation import metrics


class MetricsTest(absltest.TestCase):
    def test_confusion_by_hand(self):
        labels = [[[0, 1, 1], [255, 2, 0]]]  # One image of 2 x 3.
        predictions = [[[0, 1, 0], [1, 2, 2]]]
        np.testing.assert_array_equal(
            metrics.confusion(labels, predictions, 3),
            [[[1, 0, 1], [1, 1, 0], [0, 0, 1]]],  # Rows: truth.
        )

    def test_confusion_keeps_images_apart(self):
        rng = np.random.default_rng(0)
        labels = rng.choice([0, 1, 2, 255], (4, 5, 7))
        predictions = rng.integers(0, 3, (4, 5, 7))
        together = metrics.confusion(labels, predictions, 3)
        for i in range(4):
            alone = metrics.confusion(
                labels[i : i + 1], predictions[i : i + 1], 3
            )
            np.testing.assert_array_equal(together[i], alone[0])
        self.assertEqual(together.sum(), (labels != 255).sum())

    def test_iou_by_hand(self):
        matrix = np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]])
        expected = [3 / (3 + 1 + 2), 4 / (2 + 4 + 1), np.nan]
        np.testing.assert_allclose(metrics.iou(matrix), expected)
        self.assertAlmostEqual(metrics.mean_iou(matrix), (3 / 6 + 4 / 7) / 2)
        self.assertAlmostEqual(
            metrics.mean_iou(matrix, background=False), 4 / 7
        )

    def test_part_predicted_but_never_labeled_has_iou_0(self):
        np.testing.assert_allclose(
            metrics.iou(np.array([[2, 2], [0, 0]])), [0.5, 0]
        )

    def test_empty_matrix_is_nan(self):
        self.assertTrue(np.isnan(metrics.mean_iou(np.zeros((2, 2), int))))

    def test_bootstrap(self):
        # Images are all right or all wrong: IoU is the fraction of right ones.
        right, wrong = [[0, 0], [0, 4]], [[0, 0], [4, 0]]
        matrices = np.array([right] * 60 + [wrong] * 40)
        low, high = metrics.bootstrap(matrices, metrics.iou, 2000)
        # 0.6 +- 1.96 * sqrt(0.6 * 0.4 / 100).
        self.assertAlmostEqual(low[1], 0.6 - 1.96 * 0.049, delta=0.02)
        self.assertAlmostEqual(high[1], 0.6 + 1.96 * 0.049, delta=0.02)
        again, _ = metrics.bootstrap(matrices, metrics.iou, 2000)
        np.testing.assert_array_equal(low, again)

    def test_bootstrap_of_an_absent_part_is_nan(self):
        low, high = metrics.bootstrap(
            np.array([[[1, 0], [0, 0]]]), metrics.iou, 9
        )
        np.testing.assert_array_equal(low, [1, np.nan])
        np.testing.assert_array_equal(high, [1, np.nan])


if __name__ == "__main__":
    absltest.main()

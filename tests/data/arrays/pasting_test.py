"""Masks without TensorFlow are those of the graphs."""

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import pasting as graph_pasting
from kp2part.data.arrays import pasting
from kp2part.schema import task as task_lib
from tests import tiny

SIZE = 32


def probabilities(seed=0):
    rng = np.random.default_rng(seed)
    logits = tf.image.resize(3 * rng.normal(size=(7, 7, 3)), [SIZE, SIZE])
    return tf.nn.softmax(logits).numpy()


class PastingTest(parameterized.TestCase):
    @parameterized.product(
        aspect=("stretch", "pad"),
        # Larger and smaller than the crop, of its size, thin, twice it.
        sides=((300, 200), (20, 9), (32, 32), (1, 150), (150, 1), (64, 64)),
    )
    def test_labels_areas_and_confidence(self, aspect, sides):
        task = task_lib.Task(tiny.CATEGORY, SIZE, 2.0, aspect=aspect)
        box = np.array([5, 7, 5 + sides[0], 7 + sides[1]], np.int32)
        for seed in range(3):
            given = probabilities(seed)
            found = pasting.labels(given, box, task)
            expected = graph_pasting.labels(given, tf.constant(box), task)
            self.assertEqual(found[0].dtype, np.uint8)
            # Two parts may be as probable but for the rounding.
            differ = (found[0] != expected[0].numpy()).sum()
            self.assertLessEqual(differ, found[0].size // 10_000)
            np.testing.assert_allclose(found[1], expected[1], atol=differ)
            np.testing.assert_allclose(
                pasting.confidence(*found[1:]),
                graph_pasting.confidence(*expected[1:]),
                atol=1e-3,
            )

    def test_of_equals_the_first_counts(self):
        task = task_lib.Task(tiny.CATEGORY, SIZE, 2.0)
        given = np.full([SIZE, SIZE, 3], 0.4, np.float32)
        given[..., 0] = 0.2
        labels, areas, sums = pasting.labels(
            given, np.array([0, 0, 80, 70], np.int32), task
        )
        self.assertTrue((labels == 1).all())
        self.assertEqual(areas.tolist(), [0, 80 * 70, 0])
        np.testing.assert_allclose(
            pasting.confidence(areas, sums), [0, 0.4, 0], rtol=1e-6
        )

    def test_surround(self):
        labels = np.ones([3, 4], np.uint8)
        mask = pasting.surround(labels, np.array([2, 1, 6, 4]), (9, 8))
        self.assertEqual(mask.shape, (9, 8))
        self.assertEqual(mask.sum(), 12)
        self.assertTrue((mask[1:4, 2:6] == 1).all())


if __name__ == "__main__":
    absltest.main()

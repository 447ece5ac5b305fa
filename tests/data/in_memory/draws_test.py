from absl.testing import absltest
import numpy as np

from kp2part.data import augmentation
from kp2part.data.in_memory import draws


class DrawsTest(absltest.TestCase):
    def test_numbers_of_an_example_do_not_depend_on_the_others(self):
        whole = draws.uniform(7, 100, 40, 3)
        self.assertEqual(whole.dtype, np.float32)
        np.testing.assert_array_equal(draws.uniform(7, 110, 5, 3), whole[10:15])

    def test_seeds_differ(self):
        a, b = (draws.uniform(seed, 0, 50, 3) for seed in (0, 1))
        self.assertLess(np.abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]), 0.05)

    def test_numbers_are_uniform(self):
        numbers = draws.uniform(2**31 - 1, 10**9, 4000, 3)
        self.assertGreaterEqual(numbers.min(), 0)
        self.assertLess(numbers.max(), 1)
        np.testing.assert_allclose(numbers.mean(0), 0.5, atol=0.025)
        np.testing.assert_allclose(numbers.std(0), 12**-0.5, atol=0.01)

    def test_parameters_have_their_distributions(self):
        strengths = augmentation.Augmentation(
            flip=0.3, color=0.2, elastic=4.0, keypoint_dropout=0.1,
            keypoint_jitter=2.0,
        )  # fmt: skip
        numbers = draws.uniform(0, 0, 4000, 5)
        made = draws.make(numbers, strengths, 128)
        made = draws.Draws(*map(np.asarray, made))
        self.assertEqual(made.shift.shape, (4000, 5, 2))
        self.assertAlmostEqual(made.flip.mean(), 0.3, delta=0.03)
        self.assertAlmostEqual(made.dropped.mean(), 0.1, delta=0.01)
        self.assertAlmostEqual(made.shift.std(), 1.0, delta=0.02)
        self.assertAlmostEqual(made.shift.mean(), 0.0, delta=0.02)
        # Within two standard deviations, a normal distribution has .880.
        self.assertAlmostEqual(made.elastic.std() / 2, 0.880, delta=0.01)
        self.assertBetween(np.abs(made.elastic).max(), 3.9, 4.0001)
        self.assertBetween(made.color.min(), 0.8, 0.81)
        self.assertBetween(made.color.max(), 1.19, 1.2)
        self.assertBetween(made.affine.min(), -1, -0.99)

    def test_no_number_is_without_a_parameter(self):
        numbers = np.zeros((2, 49), np.float32)  # 5 + 3 + 32 + 3 * 3.
        for value in 0, 1 - 2**-24:
            made = draws.make(
                numbers + np.float32(value),
                augmentation.Augmentation(elastic=1.0, keypoint_jitter=1.0),
                256,
            )
            for x in made:
                self.assertTrue(np.isfinite(np.asarray(x, np.float32)).all())


if __name__ == "__main__":
    absltest.main()

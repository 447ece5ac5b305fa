from absl.testing import absltest
import keras
import numpy as np

from kp2part.models import losses
from kp2part.models import palette

# One image of 1 x 3, two parts; the last pixel is ignored.
LABELS = np.array([[[0, 1, 255]]], np.uint8)
LOGITS = np.log(
    np.array([[[[0.75, 0.25], [0.5, 0.5], [0.1, 0.9]]]], np.float32)
)


class PartLossTest(absltest.TestCase):
    def test_cross_entropy_by_hand(self):
        expected = -(np.log(0.75) + np.log(0.5)) / 2
        self.assertAlmostEqual(
            float(losses.PartLoss()(LABELS, LOGITS)), expected, places=5
        )

    def test_equals_keras_where_nothing_is_ignored(self):
        rng = np.random.default_rng(0)
        labels = rng.integers(0, 4, (2, 5, 3))
        logits = rng.normal(size=(2, 5, 3, 4)).astype(np.float32)
        peer = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        np.testing.assert_allclose(
            losses.PartLoss()(labels, logits), peer(labels, logits), rtol=1e-5
        )

    def test_dice_by_hand(self):
        # Part 0: 2 * 0.75 / (1 + 1.25), part 1: 2 * 0.5 / (1 + 0.75).
        dice = 1 - (1.5 / 2.25 + 1.0 / 1.75) / 2
        entropy = -(np.log(0.75) + np.log(0.5)) / 2
        loss = losses.PartLoss(dice_weight=0.5)(LABELS, LOGITS)
        self.assertAlmostEqual(float(loss), entropy + 0.5 * dice, places=5)

    def test_absent_part_does_not_count(self):
        labels = np.zeros((1, 1, 3), np.uint8)
        dice = 1 - 2 * (0.75 + 0.5 + 0.1) / (3 + 0.75 + 0.5 + 0.1)
        entropy = -(np.log(0.75) + np.log(0.5) + np.log(0.1)) / 3
        loss = losses.PartLoss(dice_weight=1.0)(labels, LOGITS)
        self.assertAlmostEqual(float(loss), entropy + dice, places=5)

    def test_all_ignored_is_zero(self):
        labels = np.full((1, 1, 3), 255, np.uint8)
        self.assertEqual(float(losses.PartLoss(1.0)(labels, LOGITS)), 0.0)

    def test_config_round_trip(self):
        loss = losses.PartLoss(dice_weight=0.25)
        again = keras.losses.deserialize(keras.losses.serialize(loss))
        self.assertEqual(again.dice_weight, 0.25)

    def test_palette_is_100_times_the_distance_of_gray_levels(self):
        gray = np.array([-1.0, -0.9, 0.5], np.float32).reshape(1, 1, 3, 1)
        logits = palette.PaletteLogits(3)(gray)
        labels = np.array([[[0, 1, 255]]], np.uint8)
        level = 35 / 127.5 - 1
        expected = 100 * (0 + abs(-0.9 - level)) / 2
        loss = palette.PaletteLoss()(labels, logits)
        self.assertAlmostEqual(float(loss), expected, places=3)

    def test_negative_weight(self):
        with self.assertRaisesRegex(ValueError, "dice_weight=-1"):
            losses.PartLoss(-1)


if __name__ == "__main__":
    absltest.main()

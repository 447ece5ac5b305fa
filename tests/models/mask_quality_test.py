import json

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.models import mask_quality
from tests import tiny

# Parts: background, left_leg, right_leg. Left leg: left ear and nose; right
# leg: right ear and nose.
CATEGORY = tiny.CATEGORY
SIZE = 8
CALIBRATION = mask_quality.Calibration((2.0, 0, 0, 0, -1.0, -1.0, 0), -0.5)


def maps(labels, sure=1.0):
    """Returns probabilities [1, S, S, 3]: `sure` for a label, else the rest."""
    one_hot = np.eye(3)[np.asarray(labels)]
    rest = (1 - sure) / 2
    return np.float32(one_hot * (sure - rest) + rest)[np.newaxis]


def halves():
    """Left leg in columns 0 to 3 of rows 2 to 5, right leg in 4 to 7."""
    labels = np.zeros([SIZE, SIZE], int)
    labels[2:6, :4], labels[2:6, 4:] = 1, 2
    return labels


def keypoints(left, right, nose):
    return np.array([[left, right, nose]], np.float32)


GOOD = keypoints((1, 3, 2), (6, 3, 2), (4, 3, 1))


def signs(probabilities, points=GOOD, agreement=(1.0,)):
    found = mask_quality.signs(
        keras.ops.convert_to_tensor(probabilities),
        keras.ops.convert_to_tensor(np.float32(agreement)),
        keras.ops.convert_to_tensor(points),
        CATEGORY,
    )
    (row,) = keras.ops.convert_to_numpy(found)
    return dict(zip(mask_quality.SIGNS, row, strict=True))


class SignsTest(parameterized.TestCase):
    def test_a_sure_prediction(self):
        found = signs(maps(halves()))
        self.assertAlmostEqual(found.pop("expected_iou"), 1, 4)
        for name, value in found.items():
            self.assertAlmostEqual(value, 0, 4, name)

    def test_doubt(self):
        found = signs(maps(halves(), 0.8), agreement=[0.7])
        self.assertAlmostEqual(found["doubt"], 0.2, 4)
        self.assertAlmostEqual(found["mirror_difference"], 0.3, 4)
        entropy = -(0.8 * np.log(0.8) + 0.2 * np.log(0.1)) / np.log(3)
        self.assertAlmostEqual(found["border_entropy"], entropy, 4)
        # Of a leg: 16 px of 0.8, and 48 px of 0.1 outside.
        self.assertAlmostEqual(
            found["expected_iou"], 16 * 0.8 / (16 + 48 * 0.1), 4
        )

    @parameterized.parameters(
        # A right ear in the left leg; far outside; a nose in either leg.
        (keypoints((1, 3, 2), (1, 3, 2), (4, 3, 2)), 1 / 3),
        (keypoints((1, 3, 2), (6, 7, 2), (4, 0, 2)), 2 / 3),
        (keypoints((1, 3, 2), (1, 3, 0), (6, 3, 2)), 0),
        # A pixel beside its part is near enough.
        (keypoints((1, 6, 2), (6, 1, 2), (0, 0, 0)), 0),
    )
    def test_keypoints_outside(self, points, expected):
        found = signs(maps(halves()), points)
        self.assertAlmostEqual(found["keypoints_outside"], expected, 4)
        absent = (points[0, :, 2] == 0).mean()
        self.assertAlmostEqual(found["keypoints_absent"], absent, 4)

    def test_parts_missing(self):
        labels = np.where(halves() == 2, 0, halves())
        found = signs(maps(labels))
        self.assertAlmostEqual(found["parts_missing"], 0.5, 4)
        # Without its ear nobody expects the right leg.
        found = signs(maps(labels), keypoints((1, 3, 2), (0, 0, 0), (2, 3, 2)))
        self.assertAlmostEqual(found["parts_missing"], 0, 4)

    def test_nothing_found(self):
        found = signs(maps(np.zeros([SIZE, SIZE], int)))
        self.assertAlmostEqual(found["expected_iou"], 0, 4)
        self.assertAlmostEqual(found["keypoints_outside"], 1, 4)
        self.assertAlmostEqual(found["parts_missing"], 1, 4)
        self.assertTrue(np.isfinite([*found.values()]).all())

    def test_agreement_of_networks_that_are_not_averaged(self):
        parts = keras.ops.zeros([3, 4, 4, 2])
        alone = mask_quality.agreement({"parts": parts})
        np.testing.assert_array_equal(alone, [1, 1, 1])


class CalibrationTest(parameterized.TestCase):
    def test_quality(self):
        rows = np.float32([[1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 0]])
        found = CALIBRATION(keras.ops.convert_to_tensor(rows))
        expected = 1 / (1 + np.exp([-1.5, 2.5]))
        np.testing.assert_allclose(found, expected, rtol=1e-5)

    def test_round_trip(self):
        path = self.create_tempfile().full_path
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**CALIBRATION.to_json(), "held_out": {}}, file)
        self.assertEqual(mask_quality.load(path), CALIBRATION)

    @parameterized.parameters(
        ({"signs": ["doubt"]}, r"`signs` must be .*\['doubt'\]"),
        ({"weights": [1.0]}, "`weights` must be 7 finite numbers"),
        ({"bias": "x"}, "not a calibration"),
    )
    def test_not_a_calibration(self, change, message):
        path = self.create_tempfile().full_path
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**CALIBRATION.to_json(), **change}, file)
        with self.assertRaisesRegex(ValueError, f"^{path}: .*{message}"):
            mask_quality.load(path)


if __name__ == "__main__":
    absltest.main()

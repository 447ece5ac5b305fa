import json
import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.evaluation import calibration
from kp2part.models import architecture
from kp2part.models import mask_quality
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import programs
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
WEIGHTS = np.array([3.0, 0, -2.0, 0, -1.0, 0, 0.5])


def sample(count=4000, noise=0.05):
    rng = np.random.default_rng(0)
    signs = rng.random([count, len(mask_quality.SIGNS)])
    iou = 1 / (1 + np.exp(-(signs @ WEIGHTS - 0.4)))
    iou = np.clip(iou + rng.normal(0, noise, count), 0, 1)
    photos = np.arange(count) // 2
    return calibration.Sample(signs, iou, photos, photos % 2 == 1)


class CalibrationTest(absltest.TestCase):
    def test_fit_finds_the_weights(self):
        given = sample()
        found = calibration.fit(given.signs, given.iou)
        np.testing.assert_allclose(found.weights, WEIGHTS, atol=0.25)
        self.assertAlmostEqual(found.bias, -0.4, delta=0.2)

    def test_a_constant_sign_has_no_weight(self):
        given = sample()
        given.signs[:, 3] = 0.5
        found = calibration.fit(given.signs, given.iou)
        self.assertEqual(found.weights[3], 0)

    def test_held_out_quality_is_reliable(self):
        given = sample()
        quality = calibration.held_out(given)
        found = calibration.reliability(quality, given.iou)
        self.assertLess(found["calibration_error"], 0.02)
        self.assertAlmostEqual(found["mean_error"], 0.04, delta=0.01)
        self.assertGreater(found["rank_correlation"], 0.9)
        self.assertEqual(sum(b["count"] for b in found["bins"]), 4000)

    def test_held_out_quality_is_of_other_photos(self):
        # Signs that only tell the photo apart: nothing can be learned of them.
        rng = np.random.default_rng(0)
        signs = rng.random([40, len(mask_quality.SIGNS)])
        iou = rng.random(40)
        given = calibration.Sample(
            signs, iou, np.arange(40), np.zeros(40, bool)
        )
        fitted = calibration.predict(calibration.fit(signs, iou), signs)
        apart = np.abs(calibration.held_out(given) - iou).mean()
        self.assertGreater(apart, np.abs(fitted - iou).mean())

    def test_reliability_of_constant_bias(self):
        iou = np.linspace(0, 0.8, 50)
        found = calibration.reliability(iou + 0.1, iou)
        self.assertAlmostEqual(found["calibration_error"], 0.1)
        self.assertAlmostEqual(found["rank_correlation"], 1)


class ProgramTest(absltest.TestCase):
    def test_calibrate(self):
        root = pathlib.Path(self.create_tempdir())
        tiny.write_records(f"{root}/records", {"train": 2, "val": 8}, 32)
        model = networks.build(
            "kp2part", task_lib.Task(tiny.CATEGORY, 32), SMALL
        )
        model.save(root / "model.keras")
        status, *texts = programs.run(
            "kp2part.calibrate",
            f"--model={root}/model.keras",
            f"--tfrecords={root}/records",
            "--flip_average",
            "--min_part=0.02",
            f"--output={root}/quality",
        )
        self.assertEqual(status, 0, texts)
        found = mask_quality.load(str(root / "quality/calibration.json"))
        told = json.loads((root / "quality/calibration.json").read_text())
        self.assertEqual(told["labels"], "pseudo")
        self.assertLessEqual(told["held_out"]["num_examples"], 8)
        self.assertTrue((root / "quality/calibration.png").is_file())
        self.assertLen(found.weights, len(mask_quality.SIGNS))
        status, _, told = programs.run(
            "kp2part.export",
            f"--model={root}/model.keras",
            f"--calibration={root}/quality/calibration.json",
            "--flip_average",
            f"--output={root}/export",
        )
        self.assertEqual(status, 1)
        self.assertIn(
            "calibrated for predictions with {'flip_average': T", told
        )
        self.assertIn("'min_part': 0.02}", told)
        self.assertFalse((root / "export").exists())


if __name__ == "__main__":
    absltest.main()

"""Runs kp2part.robustness as a user does."""

import json
import pathlib

from absl.testing import absltest
import keras
import numpy as np

from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.schema import task
from tests import programs
from tests import tiny


class RobustnessTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"val": 6})
        # Predicts the part of the nearest keypoint.
        heatmaps = keras.Input((32, 32, 3), name="heatmaps")
        labeled = metadata.TaskLabel(task.Task(tiny.CATEGORY, 32, 2.0))
        parts = blocks.part_logits(labeled(heatmaps), 3, "parts")
        model = keras.Model({"heatmaps": heatmaps}, {"parts": parts})
        kernel = np.eye(3)[[1, 0, 2]].reshape(1, 1, 3, 3)
        model.get_layer("parts").set_weights([kernel, np.array([0.1, 0, 0])])
        model.save(self.base / "model.keras")

    def run_program(self, *flags, models="pose={}/model.keras"):
        status, _, errors = programs.run(
            "kp2part.robustness",
            f"--models={models.format(self.base)}",
            f"--tfrecords={self.base}/data",
            f"--output={self.base}/out",
            *flags,
        )
        return status, errors

    def test_curves_grow_and_belong_to_their_networks(self):
        status, error = self.run_program(
            "--keypoint_dropouts=0,0.9", "--keypoint_jitters=0"
        )
        self.assertEqual(status, 0, error)
        file = self.base / "out" / "robustness.json"
        curves = json.loads(file.read_text())["curves"]
        dropout = curves["keypoint_dropout"]["pose"]
        self.assertEqual(list(dropout), ["0.0", "0.9"])
        self.assertNotEqual(dropout["0.0"], dropout["0.9"])
        self.assertEqual(
            dropout["0.0"], curves["keypoint_jitter"]["pose"]["0.0"]
        )
        self.assertTrue((file.with_suffix(".png")).exists())
        status, error = self.run_program(models="other={}/model.keras")
        self.assertEqual(status, 1)
        self.assertIn("Choose another --output", error)

    def test_errors(self):
        status, error = self.run_program("--keypoint_jitters=0,inf")
        self.assertEqual(status, 1)
        self.assertIn("keypoint_jitters must be finite", error)
        self.assertFalse((self.base / "out").exists())
        status, error = self.run_program("--keypoint_jitters=two")
        self.assertEqual(status, 1)
        self.assertIn("must be comma-separated float values: could", error)
        status, error = self.run_program(models="model.keras")
        self.assertEqual(status, 1)
        self.assertIn("must be comma-separated NAME=PATH", error)


if __name__ == "__main__":
    absltest.main()

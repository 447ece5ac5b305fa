import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.data import example_set
from kp2part.experiments import robustness
from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.models import model_file
from kp2part.schema import task
from tests import tiny

SIZE = 32  # Of the records too: nothing is resized.
LEVELS = [("keypoint_dropout", 0.0), ("keypoint_jitter", 40.0)]


class RobustnessTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = tiny.write_records(
            str(self.base / "data"), {"val": 6}, SIZE
        )
        # Predicts the part of whichever keypoint is near.
        heatmaps = keras.Input((SIZE, SIZE, 3), name="heatmaps")
        labeled = metadata.TaskLabel(task.Task(tiny.CATEGORY, SIZE, 2.0))
        parts = blocks.part_logits(labeled(heatmaps), 3, "parts")
        model = keras.Model({"heatmaps": heatmaps}, {"parts": parts})
        kernel = np.eye(3)[[1, 0, 2]].reshape(1, 1, 3, 3)
        model.get_layer("parts").set_weights([kernel, np.array([0.1, 0, 0])])
        model.save(self.base / "model.keras")
        self.file = self.base / "out" / "robustness.json"

    def measure(self, levels):
        return robustness.measure(
            self.file,
            {"pose": str(self.base / "model.keras")},
            str(self.base / "data"),
            "val",
            levels,
            batch_size=4,
        )

    def test_curves_are_of_each_kind_and_level(self):
        results = self.measure(LEVELS)
        self.assertEqual(json.loads(self.file.read_text()), results)
        whole = results["curves"]["keypoint_dropout"]["pose"]
        moved = results["curves"]["keypoint_jitter"]["pose"]
        self.assertEqual(list(whole), ["0.0"])
        self.assertEqual(list(moved), ["40.0"])
        self.assertNotEqual(whole["0.0"], moved["40.0"])

    def test_finished_scores_are_kept(self):
        results = self.measure(LEVELS[:1])
        results["curves"]["keypoint_dropout"]["pose"]["0.0"] = 0.25
        self.file.write_text(json.dumps(results))
        curves = self.measure(LEVELS)["curves"]
        self.assertEqual(curves["keypoint_dropout"]["pose"], {"0.0": 0.25})
        self.assertIn("40.0", curves["keypoint_jitter"]["pose"])

    def test_a_file_of_other_examples(self):
        self.measure([])
        self.assertFalse(self.file.exists())  # Nothing was scored.
        self.measure(LEVELS[:1])
        with self.assertRaisesRegex(ValueError, "Choose another --output"):
            robustness.load(self.file, {}, str(self.base / "data"), "val")

    @parameterized.parameters(
        ("keypoint_dropout", 1.5), ("keypoint_jitter", -1)
    )
    def test_a_level_out_of_range(self, kind, level):
        with self.assertRaisesRegex(ValueError, kind):
            self.measure([(kind, level)])

    def test_without_keypoints_all_is_background(self):
        model, _ = model_file.load(str(self.base / "model.keras"))
        examples = example_set.Examples(self.manifest, ("val",))
        value = robustness.score(model, examples, 4, keypoint_dropout=0.999999)
        masks = np.stack([tiny.example(i, SIZE).part_mask for i in range(6)])
        counts = np.bincount(masks[masks != 255], minlength=3)
        # Every pixel that counts is called background: its IoU is its part of
        # them, and that of both legs is 0.
        self.assertAlmostEqual(value, (counts[0] / counts.sum() + 0 + 0) / 3)


if __name__ == "__main__":
    absltest.main()

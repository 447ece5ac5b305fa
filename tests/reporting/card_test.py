import dataclasses
import json
import pathlib
import shutil

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.evaluation import scores
from kp2part.models import architecture
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.reporting import card as card_lib
from kp2part.schema import task
from kp2part.training import workdir as workdir_lib
from tests import tiny

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
SMALL = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
PARTS = tuple(tiny.CATEGORY.parts)
FLAGS = """\
--encoder_weights=/home/me/squeezenet.h5
--epochs=100
--init_from=/home/me/before.keras
--network=pose_to_part
--tfrecords=/home/me/data
--train_split=train
--val_split=val
--validate_every=1
--workdir=/home/me/run
"""


def cells(line):
    return [cell.strip() for cell in line[1:-1].split("|")]


class CardTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = dataclasses.replace(
            tiny.write_records(str(self.base / "data"), {"train": 6, "val": 3}),
            settings={
                "thresholds": {
                    "max_overlap": 0.25,
                    "min_side": 32.0,
                    "min_keypoints": 4,
                    "min_match_iou": 0.45,
                }
            },
            table={
                "train": {"cat": {"seen": 8, "kept": 6, "dropped": {}}},
                "val": {"cat": {"seen": 3, "kept": 3, "dropped": {}}},
            },
        )
        self.workdir = workdir_lib.Workdir(self.base / "run")
        self.workdir.path.mkdir()
        (self.workdir.path / "train.flags").write_text(FLAGS)
        self.workdir.save_summary(
            {
                "epochs": 7,
                "best_epoch": 5,
                "seconds": 660.0,
                "versions": {"keras": "3.14.15", "numpy": "2.4.6"},
            }
        )
        matrices = np.stack([np.diag([6, 3, 1]), np.ones((3, 3), int)])
        results = scores.summarize(matrices, PARTS)
        results["classes"] = scores.by_class(matrices, ["cat", "dog"], PARTS)
        results["split"] = "val"
        results["part_boxes"] = {"iou": {"left_leg": 0.5, "right_leg": None}}
        (self.base / "val").mkdir()
        (self.base / "val/metrics.json").write_text(json.dumps(results))

    def save_model(self):
        model = networks.build(
            "pose_to_part", task.Task(tiny.CATEGORY, 64), SMALL
        )
        model.save(self.workdir.best)
        return model

    def render(self, labels="pseudo"):
        return card_lib.render(
            *("toy", self.workdir, self.base / "val", self.manifest, labels),
            "My <notes> & more.\n",
        )

    def test_figures_are_those_of_the_files(self):
        model = self.save_model()
        card = self.render()
        for text in (
            "# toy: parts of cat, dog from an image and keypoints\n",
            f"`pose_to_part`, {model.count_params():,} parameters",
            "cropped to 64 x 64 px; 3 keypoints",
            "| output | background, left_leg, right_leg |\n",
            "| training set | 6 objects (`train`) |",
            "7 epochs, 11 minutes; epoch 5 kept",
            "| software | keras 3.14.15, numpy 2.4.6 |\n",
            "left_leg 0.500; a missed",
            "IoU above\n0.25 with",
            "a side below 32 px, and\nthose with fewer than 4 keypoints:",
            "never trained on objects with fewer than 4.",
            "My <notes> & more.\n",
            "--network=pose_to_part\n",
        ):
            self.assertIn(text, card)
        rows = [cells(line) for line in card.splitlines()]
        self.assertIn(["cat", *["1.000"] * 4, "1"], rows)
        # Of nine pixels, one each: 1 / (1 + 2 + 2).
        self.assertIn(["dog", *["0.200"] * 4, "1"], rows)
        self.assertIn(["cat", "8", "6"], rows)
        self.assertNotIn(["cat", "3", "3"], rows)  # Only the training split.
        self.assertNotIn("/home/me", card)

    def test_labels_are_called_what_they_are(self):
        self.save_model()
        pseudo = self.render()
        self.assertIn("It does not measure accuracy.\n\nAgreement", pseudo)
        self.assertIn("Agreement with pseudo-labels on the 2 objects", pseudo)
        true = self.render("true")
        self.assertIn("IoU on the 2 objects of `val`", true)
        self.assertNotIn("pseudo-labels", true)

    def test_the_split_that_chose_the_epoch_is_named(self):
        self.save_model()
        self.assertIn("of `val`, by which the epoch was also", self.render())
        settings = self.workdir.path / "train.flags"
        last_alone = FLAGS.replace("validate_every=1\n", "validate_every=100\n")
        settings.write_text(last_alone)
        self.assertNotIn("also chosen", self.render())

    @parameterized.parameters("pose_to_part", "refinenet")
    def test_a_run_of_an_earlier_version(self, name):
        flags = (GOLDEN / f"{name}.flags").read_text()
        self.assertIn("--colour=0.1", flags)  # It has another name today.
        (self.workdir.path / "train.flags").write_text(flags)
        shutil.copy(GOLDEN / f"{name}.keras", self.workdir.best)
        model, _ = model_file.load(str(self.workdir.best))
        card = self.render()
        self.assertIn(f"| `{name}`, {model.count_params():,} parameters", card)
        self.assertIn("6 objects (`train`)", card)
        self.assertIn("--keypoint_jitter=2.0\n", card)
        self.assertNotIn("/tmp/", card)

    def test_a_run_older_than_its_settings(self):
        self.save_model()
        settings = self.workdir.path / "train.flags"
        settings.write_text("--network=pose_to_part\n")
        card = self.render()
        self.assertIn("6 objects (`train`)", card)
        self.assertIn("by which the epoch was also chosen", card)


if __name__ == "__main__":
    absltest.main()

import dataclasses
import json
import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.evaluation import scores
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.reporting import card as card_lib
from kp2part.schema import task
from kp2part.training import config as config_lib
from kp2part.training import workdir as workdir_lib
from tests import tiny

SMALL = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
PARTS = tuple(tiny.CATEGORY.parts)


class CardTest(absltest.TestCase):
    def test_figures_are_those_of_the_files(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        manifest = dataclasses.replace(
            tiny.write_records(str(base / "data"), {"train": 6, "val": 3}),
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
        config = config_lib.TrainConfig(
            "/home/me/data",
            "/home/me/run",
            network="pose_to_part",
            encoder_weights="/home/me/squeezenet.h5",
            init_from="/home/me/before.keras",
        )
        workdir = workdir_lib.Workdir(base / "run")
        workdir.begin(config.to_flagfile())
        model = networks.build(
            "pose_to_part", task.Task(tiny.CATEGORY, 64), SMALL
        )
        model.save(workdir.best)
        workdir.save_summary(
            {
                "epochs": 7,
                "best_epoch": 5,
                "seconds": 660.0,
                "versions": {"keras": "3.14.15"},
            }
        )
        matrices = np.stack([np.diag([6, 3, 1]), np.ones((3, 3), int)])
        results = scores.summarize(matrices, PARTS)
        results["classes"] = scores.by_class(matrices, ["cat", "dog"], PARTS)
        results["split"] = "val"
        results["part_boxes"] = {"iou": {"left_leg": 0.5, "right_leg": None}}
        (base / "val").mkdir()
        (base / "val/metrics.json").write_text(json.dumps(results))

        def render(labels):
            return card_lib.render(
                "toy", workdir, base / "val", manifest, labels, "My notes.\n"
            )

        card = render("pseudo")
        for text in (
            "# toy: parts of cat, dog from an image and keypoints",
            f"`pose_to_part`, {model.count_params():,} parameters",
            "cropped to 64 x 64 px; 3 keypoints",
            "| learned from | 6 objects (`train`) |",
            "7 epochs, 11 minutes; epoch 5 kept",
            "keras 3.14.15",
            "**Agreement with pseudo-labels**",
            "on the 2 objects of `val`, by which the epoch was chosen too",
            "| cat | 1.000 | 1.000 | 1.000 | 1.000 | 1 |",
            "left_leg 0.500; a part missed",
            "IoU above\n0.25 with",
            "a side below 32 px, or fewer than\n4 keypoints:",
            "| cat | 8 | 6 |",
            "fewer than 4 it was never trained",
            "My notes.",
            "--network=pose_to_part\n",
        ):
            self.assertIn(text, card)
        self.assertNotIn("/home/me", card)
        self.assertNotIn("| cat | 3 | 3 |", card)  # Only what it learned from.
        self.assertNotIn("pseudo-labels", render("true"))
        settings = base / "run" / "train.flags"
        last_alone = settings.read_text().replace(
            "--validate_every=1\n", "--validate_every=100\n"
        )
        settings.write_text(last_alone)
        self.assertNotIn("was chosen", render("pseudo"))


if __name__ == "__main__":
    absltest.main()

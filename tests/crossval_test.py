"""Runs kp2part.crossval as a user does."""

import json
import pathlib

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.experiments import protocols
from kp2part.schema import category
from tests import programs
from tests import tiny

FLAGS = """
--network=pose_to_part
--normalization=none
--encoder_weights=none
--pose_widths=2,2,2,2,2
--image_size=32
--batch_size=4
--epochs=1
"""


class CrossvalTest(absltest.TestCase):
    def test_runs_once_reports_failures_and_writes_the_table(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(base / "data"), {"train": 8, "val": 3})
        (base / "base.flags").write_text(FLAGS)
        (base / "wrong.flags").write_text("--batch_size=100\n")
        systems = f"pose_to_part,{base}/wrong.flags"
        status, errors = self.crossval(base, systems, "--num_examples=2")
        self.assertEqual(status, 1, errors)
        self.assertIn("1 of 2 runs failed", errors)
        log = base / "out" / "all" / "wrong" / "seed0" / "trial.log"
        self.assertIn(str(log), errors)
        self.assertIn("`batch_size` must be at most", log.read_text())
        run = base / "out" / "all" / "pose_to_part" / "seed0"
        matrices = np.load(run / "matrices.npy")
        self.assertEqual(matrices.shape, (3, 3, 3))
        scores = json.loads((run / "metrics.json").read_text())
        table = json.loads((base / "out" / "table.json").read_text())
        self.assertEqual(
            table["all"]["pose_to_part"]["mean_iou"], [scores["mean_iou"]]
        )
        self.assertIn("| pose_to_part |", (base / "out/table.md").read_text())
        self.assertTrue((base / "out" / "comparison.png").exists())
        # Image, keypoints, prediction, pseudo-label; 2 of 3 examples.
        sheet = base / "out" / "all" / "examples.png"
        height, width, _ = cv2.imread(str(sheet)).shape
        self.assertEqual(width, 4 * 194)
        self.assertEqual(height // 194, 2)
        sheet.unlink()
        before = (run / "metrics.json").stat().st_mtime_ns
        status, errors = self.crossval(base, "pose_to_part", "--num_examples=0")
        self.assertEqual(status, 0, errors)
        self.assertEqual(before, (run / "metrics.json").stat().st_mtime_ns)
        self.assertFalse(sheet.exists())

    def test_labels_say_what_a_score_is_and_bring_the_papers_figures(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        (base / "base.flags").write_text(FLAGS)
        tiny.write_records(str(base / "data"), {"val": 2})
        path = base / "data" / "manifest.json"
        quadruped = category.load("quadruped")
        manifest = json.loads(path.read_text())
        manifest["category"] = quadruped.to_json()
        path.write_text(json.dumps(manifest))
        runs = protocols.folds(["pose_to_part"], 5, quadruped.classes)
        runs += protocols.fractions(["pose_to_part"], [0], [0.25, 1.0], 1, 0)
        for run in runs:
            self.finish(base / "out" / run.name, quadruped.parts)
        table, chart = base / "out" / "table.md", base / "out" / "fractions.png"
        agreement = "# Agreement with pseudo-labels, in percent\n"
        for flags, heading, paper in (
            (["--protocol=folds"], agreement, False),
            (["--protocol=folds", "--labels=true"], "# IoU, in percent", True),
            (
                [
                    "--protocol=fractions",
                    "--train_fractions=0.25,1",
                    "--labels=true",
                ],
                "# IoU, in percent",
                False,
            ),
        ):
            self.assertFalse(chart.exists())
            status, errors = self.crossval(
                base, "pose_to_part", "--num_examples=0", *flags
            )
            self.assertEqual(status, 0, errors)
            text = table.read_text()
            self.assertStartsWith(text, heading)
            self.assertEqual("paper" in text, paper)
            if paper:
                pooled, horse = (
                    text.split(f"## {group}\n")[1].split("##")[0]
                    for group in ("all", "horse")
                )
                self.assertRegex(pooled, r"full model +\|(?: +\|){5} +63.69 \|")
                self.assertRegex(pooled, r"RefineNet +\|(?: +\|){5} +17.27 \|")
                self.assertRegex(horse, r"full model +\|(?: +\|){5} +60.16 \|")
                self.assertNotIn("TernausNet", horse)
        self.assertTrue(chart.exists())

    def test_classes_alone_are_shares_of_the_training_objects(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        (base / "base.flags").write_text(FLAGS)
        tiny.write_records(str(base / "data"), {"train": 8, "val": 4})
        path = base / "data" / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["table"]["train"] = {
            "cat": {"seen": 3, "kept": 2, "dropped": {"overlap": 1}},
            "dog": {"seen": 6, "kept": 6, "dropped": {}},
        }
        path.write_text(json.dumps(manifest))
        status, errors = self.crossval(
            base, "pose_to_part", "--protocol=alone", "--num_examples=0"
        )
        self.assertEqual(status, 0, errors)
        for name, epochs in ("cat", 4), ("dog", 1):
            run = base / "out" / name / "pose_to_part" / "seed0"
            flags = (run / "train.flags").read_text()
            self.assertIn(f"--epochs={epochs}\n", flags)
            self.assertIn(f"--classes={name}\n", flags)
            scores = json.loads((run / "metrics.json").read_text())
            self.assertEqual(scores["num_examples"], 2)

    def finish(self, path, parts):
        """Leaves the scores of a run."""
        path.mkdir(parents=True)
        scores = {
            "iou": dict.fromkeys(parts, 0.5),
            "mean_iou": 0.5,
            "mean_iou_foreground": 0.5,
            "num_examples": 2,
        }
        (path / "metrics.json").write_text(json.dumps(scores))

    def crossval(self, base, systems, *flags):
        status, _, errors = programs.run(
            "kp2part.crossval",
            f"--flagfile={base}/base.flags",
            f"--tfrecords={base}/data",
            f"--systems={systems}",
            f"--output={base}/out",
            *flags,
        )
        return status, errors


if __name__ == "__main__":
    absltest.main()

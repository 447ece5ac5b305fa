"""Runs kp2part.crossval as a user does."""

import json
import pathlib

from absl.testing import absltest
import numpy as np

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
        status, errors = self.crossval(base, systems)
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
        before = (run / "metrics.json").stat().st_mtime_ns
        status, errors = self.crossval(base, "pose_to_part")
        self.assertEqual(status, 0, errors)
        self.assertEqual(before, (run / "metrics.json").stat().st_mtime_ns)

    def crossval(self, base, systems):
        status, _, errors = programs.run(
            "kp2part.crossval",
            f"--flagfile={base}/base.flags",
            f"--tfrecords={base}/data",
            f"--systems={systems}",
            f"--output={base}/out",
        )
        return status, errors


if __name__ == "__main__":
    absltest.main()

"""kp2part.train as a process that is stopped, killed and started again."""

import csv
import pathlib
import signal
import subprocess
import sys
import time

from absl.testing import absltest
import keras
import numpy as np

from kp2part.training import checkpoints
from kp2part.training import progress
from tests import tiny

ROOT = pathlib.Path(__file__).parents[2]
FLAGS = (
    "--network=pose_to_part",
    "--pose_widths=2,2,2,2,2",
    "--encoder_weights=none",
    "--image_size=32",
    "--batch_size=1",
    "--epochs=8",
    "--validate_every=8",
    "--deterministic",
    "--save_every_minutes=1e-9",
)
_LIMIT_SECONDS = 300.0  # However busy the machine is.


class SignalsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"train": 9, "val": 3})

    def start(self, name):
        child = subprocess.Popen(
            [sys.executable, "-m", "kp2part.train", *FLAGS,
             f"--tfrecords={self.base}/data", f"--workdir={self.base}/{name}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def end(self, number):
        """Ends a run by a signal, once it is further than before."""
        run = self.base / "parts"
        before = checkpoints.newest(run)[1]
        child, started = self.start("parts"), time.monotonic()
        # The names of the files: to read them all the time would take long.
        while self.furthest() <= before:
            self.assertIsNone(child.poll())
            self.assertLess(time.monotonic() - started, _LIMIT_SECONDS)
            time.sleep(0.01)
        sent = time.monotonic()
        child.send_signal(number)
        _, errors = child.communicate(timeout=_LIMIT_SECONDS)
        self.assertGreater(checkpoints.newest(run)[1], before)
        return child.returncode, time.monotonic() - sent, errors

    def furthest(self):
        found = [
            progress.Progress(*map(int, path.stem.split("-")[1:]))
            for path in (self.base / "parts").glob(checkpoints.PATTERN)
        ]
        return max(found, default=progress.START)

    def finish(self, name):
        child = self.start(name)
        output, errors = child.communicate(timeout=_LIMIT_SECONDS)
        self.assertEqual(child.returncode, 0, errors)
        return output

    def test_ends_in_time_and_goes_on_to_the_same_end(self):
        for number, status in (
            (signal.SIGTERM, 143),
            (signal.SIGKILL, -9),
            (signal.SIGINT, 130),
        ):
            found, seconds, errors = self.end(number)
            self.assertEqual(found, status, errors)
            self.assertLess(seconds, 10)
        self.assertIn("interrupted", errors)
        output = self.finish("parts")
        # What is no terminal gets whole lines.
        self.assertNotIn("\r", output)
        self.assertEqual(output.splitlines()[-1].split()[0], "8/8")
        self.finish("whole")
        self.check_same()

    def check_same(self):
        models, histories = [], []
        for name in "whole", "parts":
            path = self.base / name / "checkpoint-00008.keras"
            models.append(keras.saving.load_model(path))
            with (self.base / name / "history.csv").open() as file:
                histories.append(list(csv.DictReader(file)))
        for a, b in zip(
            *([*m.weights, *m.optimizer.variables] for m in models), strict=True
        ):
            np.testing.assert_array_equal(a, b, a.path)
        for a, b in zip(*histories, strict=True):
            self.assertEqual({**a, "seconds": 0}, {**b, "seconds": 0})


if __name__ == "__main__":
    absltest.main()

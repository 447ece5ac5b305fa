"""Two processes on this machine, which meet over loopback."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

from absl.testing import absltest
import keras
import numpy as np

from kp2part.training import workdir
from tests import tiny
from tests.distribution import tiny_run

TIMEOUT = 120.0


class ProcessesTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cache = absltest.TEST_TMPDIR.value + "/compiled"

    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"train": 9, "val": 5})
        self.started = []
        self.addCleanup(self.kill_all)

    def kill_all(self):
        for process in self.started:
            process.kill()
            process.wait()

    def start(self, name, *flags, epochs=2, **environment):
        """Starts the training of a run, and returns its process."""
        values = {
            **tiny_run.FLAGS,
            "tfrecords": self.base / "data",
            "workdir": self.base / name,
            "epochs": epochs,
        }
        number = len(self.started)
        with (self.base / f"{number}.log").open("w") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "kp2part.train"),
                    *(f"--{key}={value}" for key, value in values.items()),
                    *flags,
                ],
                env={
                    **os.environ,
                    "KERAS_BACKEND": "jax",
                    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
                    "JAX_COMPILATION_CACHE_DIR": self.cache,
                    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
                    **environment,
                },
                stdout=log,
                stderr=log,
            )
        process.log = self.base / f"{number}.log"
        self.started.append(process)
        return process

    def start_two(self, name, *flags, epochs=2, port=None):
        address = f"127.0.0.1:{port or free_port()}"
        return [
            self.start(
                name,
                "--distribute=processes",
                f"--coordinator={address}",
                "--num_processes=2",
                f"--process_id={index}",
                *flags,
                epochs=epochs,
            )
            for index in range(2)
        ]

    def finish(self, *processes, status=0):
        for process in processes:
            process.wait(TIMEOUT)
            said = process.log.read_text()
            self.assertEqual(process.returncode, status, said[-3000:])

    def check_same(self, epochs, *names):
        last = f"checkpoint-{epochs:05d}.keras"
        models = [keras.saving.load_model(self.base / x / last) for x in names]
        weights = [[*x.weights, *x.optimizer.variables] for x in models]
        for a, b in zip(*weights, strict=True):
            np.testing.assert_allclose(a, b, atol=tiny_run.TOLERANCE)
        histories = [workdir.Workdir(self.base / x).history(epochs)
                     for x in names]  # fmt: skip
        for a, b in zip(*histories, strict=True):
            for name in "loss", "mean_iou", "val_mean_iou":
                self.assertAlmostEqual(
                    a[name], b[name], delta=tiny_run.TOLERANCE
                )

    def wait_for(self, path, *processes):
        end = time.monotonic() + TIMEOUT
        while not path.exists():
            self.assertLess(time.monotonic(), end)
            for process in processes:
                self.assertIsNone(process.poll(), process.log.read_text())
            time.sleep(0.05)

    def test_learn_as_one_and_only_the_first_writes(self):
        self.finish(self.start("one"))
        first, second = self.start_two("two")
        self.finish(first, second)
        self.check_same(2, "one", "two")
        self.assertIn("Process 1 of 2, with 1 of 2 dev", second.log.read_text())
        # Each holds its part of 9 examples, and all 5 to validate on.
        self.assertIn("10 examples of 32 px", first.log.read_text())
        self.assertIn("9 examples of 32 px", second.log.read_text())
        self.assertNotIn("val_loss", second.log.read_text())
        names = {x.name for x in (self.base / "two").iterdir()}
        self.assertContainsSubset({"model.keras", "training.json"}, names)
        logs = list((self.base / "two" / "logs").rglob("events*"))
        ends = [re.search(r"\.(\d+)\.\d+\.v2$", x.name) for x in logs]
        pids = {end[1] for end in ends if end}
        self.assertEqual(pids, {str(first.pid)})

    def test_one_is_killed_and_the_run_goes_on_in_one(self):
        self.finish(self.start("whole", epochs=16))
        # A machine that is busy may keep a process from a sign of life.
        first, second = self.start_two(
            "parts", "--process_timeout=10", epochs=16
        )
        saved = self.base / "parts" / "checkpoint-00002.keras"
        self.wait_for(saved, first, second)
        second.kill()
        self.finish(first, status=1)
        said = first.log.read_text()
        self.assertRegex(said, "error: This run .*process 1 has given no sign")
        self.assertIn("Start all processes again", said)
        self.assertIn("process 1 was killed", second.log.read_text())
        self.assertFalse((self.base / "parts" / "training.json").exists())
        self.finish(self.start("parts", epochs=16))
        self.check_same(16, "whole", "parts")

    def test_started_twice_and_the_first_is_killed(self):
        port = free_port()
        first, second = self.start_two("run", epochs=400, port=port)
        saved = self.base / "run" / "checkpoint-00001.keras"
        self.wait_for(saved, first, second)
        # Started by mistake, again: they harm nobody.
        again = self.start_two("run", epochs=400, port=port)
        self.finish(*again, status=1)
        self.assertIn("must have a port that is free", again[0].log.read_text())
        self.assertIn("another process is at work", again[1].log.read_text())
        self.assertIsNone(first.poll())
        self.assertIsNone(second.poll())
        first.kill()
        second.wait(TIMEOUT)
        self.assertNotEqual(second.returncode, 0)
        said = second.log.read_text()
        self.assertIn("or aborted as process 0 is gone. Start all", said)

    def test_interrupted_all_end_and_the_run_goes_on_in_two(self):
        self.finish(self.start("whole", epochs=16))
        first, second = self.start_two("parts", epochs=16)
        saved = self.base / "parts" / "checkpoint-00002.keras"
        self.wait_for(saved, first, second)
        self.interrupt(first, second)
        self.finish(*self.start_two("parts", epochs=16))
        self.check_same(16, "whole", "parts")

    def test_the_second_is_interrupted_and_the_first_saves(self):
        # An epoch of many steps, none of them saved yet.
        tiny.write_records(str(self.base / "data"), {"train": 400, "val": 5})
        two = self.start_two("run", "--save_every_minutes=0")
        self.wait_for(self.base / "run" / "checkpoint-00001.keras", *two)
        time.sleep(1)
        self.interrupt(two[1])
        self.finish(two[0], status=128 + signal.SIGTERM)
        (saved,) = (self.base / "run").glob("checkpoint-00001-*.keras")
        self.assertLess(int(saved.stem.rpartition("-")[2]), 100)

    def interrupt(self, *processes):
        begun = time.monotonic()
        for process in processes:
            process.send_signal(signal.SIGTERM)
        self.finish(*processes, status=128 + signal.SIGTERM)
        self.assertLess(time.monotonic() - begun, 14)

    def test_other_settings_are_refused(self):
        address = f"127.0.0.1:{free_port()}"
        shared = "--distribute=processes", f"--coordinator={address}"
        first = self.start("run", *shared, "--num_processes=2",
                           "--process_id=0", epochs=160)  # fmt: skip
        second = self.start("run", *shared, "--num_processes=2",
                            "--process_id=1", epochs=300)  # fmt: skip
        self.finish(first, second, status=1)
        said = first.log.read_text() + second.log.read_text()
        self.assertIn(
            "All processes of a run must have the same settings", said
        )
        self.assertIn("--epochs=160; in process 1: --epochs=300", said)

    def test_slurm_tells_who_is_who(self):
        said = dict(
            SLURM_JOB_ID=str(os.getpid()),
            SLURM_STEP_NODELIST="localhost",
            SLURM_NTASKS="2",
        )
        two = [
            self.start(
                "run",
                "--distribute=processes",
                epochs=1,
                **said,
                SLURM_PROCID=str(index),
                SLURM_LOCALID=str(index),
            )
            for index in range(2)
        ]
        self.finish(*two)
        self.assertTrue((self.base / "run" / "training.json").exists())


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    absltest.main()

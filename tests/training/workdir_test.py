import os
import pathlib
import random
import subprocess
import sys
import time
import zipfile

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.training import checkpoints
from kp2part.training import progress
from kp2part.training import workdir as workdir_lib
from tests import run_config


def write(text):
    """A function that writes a file as a network's."""

    def save(path):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("weights", text * 100)

    return save


class CheckpointsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)
        self.run_dir = workdir_lib.Workdir(self.root)
        for epochs in 1, 2, 3:
            self.run_dir.save_checkpoint(
                write(str(epochs)), progress.Progress(epochs)
            )
        self.second, self.third = (
            self.root / f"checkpoint-0000{epochs}.keras" for epochs in (2, 3)
        )

    def test_the_last_two_are_kept(self):
        self.assertCountEqual(
            os.listdir(self.root),
            [
                "checkpoint-00002.keras",
                "checkpoint-00002.keras.sha256",
                "checkpoint-00003.keras",
                "checkpoint-00003.keras.sha256",
            ],
        )
        self.assertEqual(
            self.run_dir.checkpoint(), (self.third, progress.Progress(3))
        )

    def test_within_an_epoch_is_between_two_epochs(self):
        self.run_dir.save_checkpoint(write("x"), progress.Progress(3, 120))
        within = self.root / "checkpoint-00003-00120.keras"
        self.assertEqual(
            self.run_dir.checkpoint(), (within, progress.Progress(3, 120))
        )
        self.assertFalse(self.second.exists())
        self.run_dir.save_checkpoint(write("4"), progress.Progress(4))
        self.assertEqual(self.run_dir.checkpoint()[1], progress.Progress(4))
        self.assertTrue(within.exists())
        self.assertFalse(self.third.exists())

    def damage(self, path, how):
        contents = bytearray(path.read_bytes())
        if how == "flipped":
            # In the name of the zip's directory: no reader of zips would see.
            contents[-30] ^= 1
        elif how == "cut":
            del contents[len(contents) // 2 :]
        else:
            contents.clear()
        path.write_bytes(contents)

    @parameterized.parameters("flipped", "cut", "empty")
    def test_a_damaged_one_is_passed_over(self, how):
        self.damage(self.third, how)
        with self.assertLogs("absl", level="WARNING") as logs:
            self.assertEqual(
                self.run_dir.checkpoint(), (self.second, progress.Progress(2))
            )
        self.assertRegex(logs.output[0], f"{self.third}: is damaged: its SHA")
        # The epoch is done again.
        self.run_dir.save_checkpoint(write("3"), progress.Progress(3))
        self.assertEqual(
            self.run_dir.checkpoint(), (self.third, progress.Progress(3))
        )
        self.assertLen(os.listdir(self.root), 4)

    def test_two_damaged_ones_are_refused(self):
        self.damage(self.third, "cut")
        self.damage(self.second, "flipped")
        with self.assertRaisesRegex(
            ValueError, "00003.keras: is dam.*00002.keras: is dam.*No checkp"
        ):
            self.run_dir.checkpoint()

    def test_those_of_an_earlier_version_have_no_sum(self):
        for path in self.root.glob("*.sha256"):
            path.unlink()
        self.assertEqual(
            self.run_dir.checkpoint(), (self.third, progress.Progress(3))
        )
        contents = bytearray(self.third.read_bytes())
        contents[60] ^= 1  # Of the weights.
        self.third.write_bytes(contents)
        self.assertEqual(
            self.run_dir.checkpoint(), (self.second, progress.Progress(2))
        )
        self.damage(self.second, "cut")
        with self.assertRaisesRegex(ValueError, "00002.keras: is damaged: Fil"):
            self.run_dir.checkpoint()

    def test_a_kill_at_any_moment_leaves_a_good_one(self):
        def killed(path):
            write("4")(path)
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.run_dir.save_checkpoint(killed, progress.Progress(4))
        # After the sum, before the file has its name.
        (self.root / "checkpoint-00004.keras.sha256").write_text("0  x\n")
        self.assertEqual(
            self.run_dir.checkpoint(), (self.third, progress.Progress(3))
        )

    def test_a_history_without_checkpoints_is_not_begun_anew(self):
        self.run_dir.save_history([{"epoch": 1.0}, {"epoch": 2.0}])
        self.second.unlink()
        self.third.unlink()
        with self.assertRaisesRegex(ValueError, "history.csv has epochs"):
            self.run_dir.checkpoint()
        # The first epoch's history is there before its checkpoint.
        self.run_dir.save_history([{"epoch": 1.0}])
        self.assertEqual(self.run_dir.checkpoint(), (None, progress.START))

    def test_a_damaged_history_is_named(self):
        for text in "epoch,loss\n1,x\n", "epoch\n1,2,3\n", "epoch\n\0\n":
            (self.root / "history.csv").write_text(text)
            with self.assertRaisesRegex(ValueError, "history.csv: must be a t"):
                self.run_dir.history(1)


SAVE = """
import os, pathlib, sys
from kp2part.training import checkpoints
from kp2part.training import progress
root = pathlib.Path(sys.argv[1])
_, done = checkpoints.newest(root)
print(done.epochs, flush=True)
while True:
    done = progress.Progress(done.epochs + 1)
    checkpoints.save(
        root, lambda p: pathlib.Path(p).write_bytes(os.urandom(1 << 20)), done
    )
    print(done.epochs, flush=True)
"""


class KillTest(absltest.TestCase):
    def test_no_kill_during_a_save_loses_more_than_an_epoch(self):
        root = pathlib.Path(self.create_tempdir().full_path)
        rng, done = random.Random(0), 0
        for i in range(30):
            with subprocess.Popen(
                [sys.executable, "-c", SAVE, str(root)],
                cwd=pathlib.Path(__file__).parents[2],
                stdout=subprocess.PIPE,
                text=True,
            ) as child:
                self.assertGreaterEqual(int(child.stdout.readline()), done)
                if not i:  # However busy the machine is, one is saved.
                    done = int(child.stdout.readline())
                time.sleep(rng.uniform(0, 0.02))
                child.kill()
                # What it said that it has saved.
                done = max([done, *map(int, child.stdout.read().split())])
        self.assertGreater(done, 0)
        self.assertGreaterEqual(checkpoints.newest(root)[1].epochs, done)


class BeginTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path) / "run"
        self.run_dir = workdir_lib.Workdir(self.root)
        self.config = run_config.make("records", fold=0, num_folds=5)
        self.run_dir.begin(
            self.config, {"backend": "tensorflow"}, {"a": 0, "b": 1}
        )

    def test_a_refused_run_changes_nothing(self):
        before = {p: p.read_bytes() for p in self.root.iterdir()}
        other = run_config.make("records", fold=0, num_folds=3)
        for refused in (
            lambda: self.run_dir.check(other),
            lambda: self.run_dir.begin(
                other, {"backend": "tensorflow"}, {"a": 1, "b": 0}
            ),
        ):
            with self.assertRaisesRegex(ValueError, "num_folds=5, now num_f"):
                refused()
        self.assertEqual({p: p.read_bytes() for p in before}, before)
        self.assertCountEqual(self.root.iterdir(), before)

    def test_what_killed_runs_left_is_removed(self):
        partial = f".partial-{'0a' * 16}-checkpoint-00001.keras"
        others = f".partial-{'0a' * 16}-notes.txt", "notes.txt"
        for name in partial, *others:
            (self.root / name).write_text("")
        self.run_dir.begin(self.config, {"backend": "tensorflow"})
        self.assertFalse((self.root / partial).exists())
        self.assertTrue(all((self.root / name).exists() for name in others))

    def test_one_process_at_a_time(self):
        with self.run_dir.locked():
            with self.assertRaisesRegex(ValueError, "run: another process"):
                with workdir_lib.Workdir(self.root).locked():
                    self.fail()


if __name__ == "__main__":
    absltest.main()

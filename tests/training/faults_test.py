"""What goes wrong while a network trains harms nothing that was there."""

import pathlib
import resource
import tempfile
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.training import callbacks
from kp2part.training import trainer
from kp2part.training import workdir as workdir_lib
from tests import run_config
from tests import tiny
from tests.training import stopped


class Poisoned(callbacks.Saver):
    """Makes the weights useless before the third step of the second epoch."""

    def on_train_batch_begin(self, batch, logs=None):
        super().on_train_batch_begin(batch)
        if (self.done.epochs, batch) == (1, 2):
            weight = self.model.trainable_weights[0]
            weight.assign(np.full(weight.shape, np.nan))


class FaultsTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(keras.config.set_dtype_policy, "float32")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.records = pathlib.Path(folder.name) / "data"
        tiny.write_records(str(cls.records), {"train": 9, "val": 3})
        cls.config = run_config.make(
            cls.records,
            network="pose_to_part",
            pose_widths=(2, 2, 2, 2, 2),
            encoder_weights="none",
            image_size=32,
            batch_size=2,
            epochs=2,
        )
        whole = workdir_lib.Workdir(pathlib.Path(folder.name) / "whole")
        trainer.train(cls.config, whole)
        cls.whole = cls.weights(whole)

    def setUp(self):
        super().setUp()
        path = pathlib.Path(self.create_tempdir().full_path) / "run"
        self.run_dir = workdir_lib.Workdir(path)

    @staticmethod
    def weights(run):
        last = run.path / "checkpoint-00002.keras"
        return keras.saving.load_model(last).get_weights()

    def begin(self, epochs, steps):
        """Trains until some step; returns the files that are there then."""
        with stopped.before(epochs, steps):
            with self.assertRaises(KeyboardInterrupt):
                trainer.train(self.config, self.run_dir)
        return self.files()

    def files(self):
        files = (p for p in self.run_dir.path.iterdir() if p.is_file())
        return {p.name: p.read_bytes() for p in files}

    def go_on(self):
        """Trains to the end, which is where all else has ended."""
        trainer.train(self.config, self.run_dir)
        for a, b in zip(self.whole, self.weights(self.run_dir), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_a_full_disk_harms_nothing(self):
        before = self.begin(1, 1)
        # No file may become as large as a checkpoint.
        size = len(before["checkpoint-00001-00001.keras"]) // 2
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_FSIZE, limits)

        class Full(callbacks.Saver):
            def on_epoch_begin(self, epoch, logs=None):
                super().on_epoch_begin(epoch)
                # Not before: Keras reads a network by way of files.
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))

        with mock.patch.object(callbacks, "Saver", Full):
            with self.assertRaisesRegex(
                OSError, "checkpoint-00001-00002.keras: cannot be written: F"
            ):
                trainer.train(self.config, self.run_dir, 1e-9)
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        self.assertEqual(self.files(), before)
        self.go_on()

    def test_a_loss_that_is_no_number_keeps_the_last_good_weights(self):
        with mock.patch.object(callbacks, "Saver", Poisoned):
            with self.assertRaisesRegex(
                ValueError, "loss=nan in step 3 of epoch 2, batch 7 of the run"
            ):
                trainer.train(self.config, self.run_dir)
        kept = {p.name for p in self.run_dir.path.glob("*.keras")}
        self.assertEqual(
            kept,
            {"checkpoint-00000-00004.keras", "checkpoint-00001.keras",
             "model.keras"},
        )  # fmt: skip
        self.assertLen(self.run_dir.rows(), 1)
        self.go_on()

    def test_a_damaged_checkpoint_is_passed_over(self):
        self.begin(1, 2)
        newest = self.run_dir.path / "checkpoint-00001-00002.keras"
        contents = bytearray(newest.read_bytes())
        contents[len(contents) // 2] ^= 1
        newest.write_bytes(contents)
        with self.assertLogs("absl", level="WARNING") as logs:
            self.go_on()
        self.assertRegex(
            logs.output[0], f"{newest}: is damaged: .*Looking for the one bef"
        )

    @parameterized.parameters(0.25, 0.5, 0.99)
    def test_records_that_are_cut_are_not_trained_on(self, share):
        path = self.records / "train-00000-of-00001.tfrecord"
        whole = path.read_bytes()
        self.addCleanup(path.write_bytes, whole)
        size = int(share * len(whole))
        path.write_bytes(whole[:size])
        with self.assertRaisesRegex(
            ValueError, f"{path}: {size} bytes; the manifest says {len(whole)}"
        ):
            trainer.train(self.config, self.run_dir)
        self.assertFalse(self.run_dir.path.exists())

    def test_a_second_run_on_the_workdir_is_refused(self):
        usual, seen = callbacks.Saver, []

        class Second(usual):
            def on_test_begin(saver, logs=None):
                with (
                    mock.patch.object(callbacks, "Saver", usual),
                    self.assertRaisesRegex(
                        ValueError, f"{self.run_dir.path}: another process"
                    ),
                ):
                    trainer.train(self.config, self.run_dir)
                seen.append(self.files())
                super().on_test_begin(logs)

        with mock.patch.object(callbacks, "Saver", Second):
            self.go_on()
        self.assertLen(seen, 2)


if __name__ == "__main__":
    absltest.main()

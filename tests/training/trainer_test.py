import dataclasses
import json
import pathlib

from absl.testing import absltest
import keras
import numpy as np

from kp2part.data import augmentation
from kp2part.models import architecture
from kp2part.models import metadata
from kp2part.models import palette
from kp2part.pose_priors import pose_library
from kp2part.training import callbacks
from kp2part.training import compilation
from kp2part.training import config as config_lib
from kp2part.training import flags
from kp2part.training import network
from kp2part.training import trainer
from kp2part.training import workdir
from tests import tiny


class TrainingTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"train": 9, "val": 3})

    def config(self, name, epochs=2, **changes):
        return config_lib.TrainConfig(
            tfrecords=str(self.base / "data"),
            workdir=str(self.base / name),
            architecture=architecture.Architecture(
                "squeezenet", 2, (2, 2, 2, 2, 2)
            ),
            augmentation=augmentation.Augmentation(0.5, 10.0, 0.1, 0.1, 0.1),
            encoder_weights="none",
            image_size=32,
            batch_size=4,
            epochs=epochs,
            optimizer="adamw",
            learning_rate=1e-3,
            schedule="cosine",
            warmup_epochs=1,
            dice_weight=0.5,
            **changes,
        )

    def weights(self, path):
        return keras.saving.load_model(path).get_weights()

    def test_networks_that_know_poses_train_reload_and_go_on(self):
        # One learns, the other has nothing to learn.
        for name, epochs in ("refinenet", 3), ("nearest_neighbor", 1):
            first = self.config(name, network=name, nn_missing="strict")
            trainer.train(first)
            model = keras.saving.load_model(self.base / name / "model.keras")
            library = pose_library.PoseLibrary.from_bytes(
                metadata.known_poses(model).library
            )
            self.assertLen(library, 9)
            self.assertTrue(library.strict)
            longer = dataclasses.replace(first, epochs=3)
            (self.base / name / "train.flags").write_text(longer.to_flagfile())
            trainer.train(longer)
            summary = json.loads(
                (self.base / name / "training.json").read_text()
            )
            self.assertEqual(summary["epochs"], epochs)
        # Both live on the same poses: their priors are made once.
        self.assertLen(list((self.base / "data/priors").iterdir()), 1)

    def test_fidelity_learns_grey_levels(self):
        config = self.config("gray", network="refinenet")
        config = dataclasses.replace(
            config,
            epochs=1,
            architecture=dataclasses.replace(
                config.architecture, refine_head="fidelity"
            ),
        )
        trainer.train(config)
        model = keras.saving.load_model(self.base / "gray/model.keras")
        self.assertIsInstance(model.loss["parts"], palette.PaletteLoss)

    def test_a_run_goes_on_although_kp2part_has_new_settings(self):
        directory = workdir.Workdir(self.base / "old")
        config = self.config("old")
        lines = config.to_flagfile().splitlines(keepends=True)
        old = [x for x in lines if not x.startswith("--nn_missing")]
        self.assertLess(len(old), len(lines))
        directory.begin("".join(old))
        defaults = config_lib.TrainConfig("", "").to_flagfile()
        directory.begin(config.to_flagfile(), defaults)
        for changes in {"nn_missing": "strict"}, {"seed": 7}:
            other = dataclasses.replace(config, **changes).to_flagfile()
            with self.assertRaisesRegex(ValueError, "was begun with"):
                directory.begin(other, defaults)

    def test_stopped_and_resumed_equals_never_stopped(self):
        # The smallest network: each of the three runs traces it anew.
        settings = {
            "network": "pose_to_part", "epochs": 3, "validate_every": 2
        }  # fmt: skip
        trainer.train(self.config("whole", **settings))
        stopped = self.config("parts", **settings)
        # A stop in the second epoch: what the first has left is all there is,
        # and the first was not validated.
        keep = callbacks.SaveEpochs.on_epoch_begin

        def stop(callback, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt
            keep(callback, epoch, logs)

        callbacks.SaveEpochs.on_epoch_begin = stop
        try:
            with self.assertRaises(KeyboardInterrupt):
                trainer.train(stopped)
        finally:
            callbacks.SaveEpochs.on_epoch_begin = keep
        self.assertTrue(
            (self.base / "parts" / "checkpoint-00001.keras").exists()
        )
        self.assertFalse((self.base / "parts" / "model.keras").exists())
        trainer.train(stopped)
        whole, parts = (
            self.weights(self.base / name / "checkpoint-00003.keras")
            for name in ("whole", "parts")
        )
        for a, b in zip(whole, parts, strict=True):
            np.testing.assert_array_equal(a, b)
        histories = [
            workdir.Workdir(self.base / name).history(3)
            for name in ("whole", "parts")
        ]
        for a, b in zip(*histories, strict=True):
            self.assertEqual({**a, "seconds": 0}, {**b, "seconds": 0})
        self.assertEqual(
            ["val_loss" in row for row in histories[0]], [False, True, True]
        )
        for name in "whole", "parts":
            self.check_files(self.base / name, histories[0])

    def check_files(self, path, history):
        summary = json.loads((path / "training.json").read_text())
        self.assertEqual(summary["epochs"], 3)
        best = max(history[1:], key=lambda row: row["val_mean_iou"])
        self.assertEqual(summary["best_epoch"], best["epoch"])
        self.assertEqual(summary["best_val_mean_iou"], best["val_mean_iou"])
        self.assertTrue((path / "model.keras").exists())
        self.assertNotEmpty(list((path / "logs" / "pictures").iterdir()))
        self.assertLen(list(path.glob("checkpoint-*.keras")), 1)
        self.assertEmpty(list(path.glob(".partial*")))

    def test_validated_epochs(self):
        def epochs(count, every):
            config = self.config("x", epochs=count, validate_every=every)
            return config.validated_epochs

        self.assertEqual(epochs(3, 1), [1, 2, 3])
        self.assertEqual(epochs(7, 3), [3, 6, 7])
        self.assertEqual(epochs(2, 9), [2])
        self.assertIn(
            "--validate_every=9",
            self.config("x", validate_every=9).to_flagfile(),
        )

    def test_history_keeps_what_a_row_lacks_away(self):
        run = workdir.Workdir(self.base)
        rows = [
            {"epoch": 1.0, "loss": 0.5, "seconds": 1.0},
            {"epoch": 2.0, "loss": 0.0, "val_mean_iou": 0.25, "seconds": 1.0},
            {"epoch": 3.0, "loss": 0.25, "seconds": 1.0},
        ]
        run.save_history(rows)
        self.assertEqual(run.history(3), rows)
        header, *lines = (self.base / "history.csv").read_text().splitlines()
        self.assertEqual(header, "epoch,loss,val_mean_iou,seconds")
        self.assertEqual(lines[0], "1.0,0.5,,1.0")

    def test_best_is_the_first_of_the_best_that_are_validated(self):
        rows = [
            {"epoch": 1, "mean_iou": 0.9},
            {"epoch": 2, "val_mean_iou": 0.0},
            {"epoch": 3, "val_parts_mean_iou": 0.5, "val_mean_iou": 0.1},
            {"epoch": 4, "val_parts_mean_iou": 0.5},
        ]
        self.assertIsNone(callbacks.best_row([]))
        self.assertIsNone(callbacks.best_row(rows[:1]))
        self.assertEqual(callbacks.best_row(rows[:2])["epoch"], 2)
        self.assertEqual(callbacks.best_row(rows)["epoch"], 3)

    def test_loss_that_is_not_finite_stops_and_says_so(self):
        config = dataclasses.replace(
            self.config("nan", network="pose_to_part"),
            optimizer="sgd", schedule="constant", learning_rate=1e30,
        )  # fmt: skip
        with self.assertRaisesRegex(ValueError, "finite.*--learning_rate"):
            trainer.train(config)
        self.assertFalse((self.base / "nan" / "model.keras").exists())

    def manifest(self):
        return tiny.manifest.load(str(self.base / "data"))

    def test_sigma_scales_with_the_size(self):
        task = network.make_task(self.config("x"), self.manifest())
        self.assertEqual(task.image_size, 32)
        self.assertEqual(task.heatmap_sigma, 7.0 * 32 / 256)

    def test_loss_weights_are_the_papers(self):
        config = self.config("x")
        task = network.make_task(config, self.manifest())
        model = network.make_model(config, task)
        compilation.compile_model(model, config, 2)
        self.assertEqual(
            model._compile_loss._user_loss_weights,
            {"pseudo_parts": 0.01, "parts": 1.0},
        )

    def test_other_flags_on_a_begun_workdir(self):
        run = workdir.Workdir(self.base / "run")
        run.begin("--epochs=2\n--seed=0\n--workdir=a\n")
        run.begin("--epochs=2\n--seed=0\n--workdir=b\n")
        with self.assertRaisesRegex(
            ValueError,
            "train.flags: .*'--seed=0'.*'--seed=1'.*another --workdir",
        ):
            run.begin("--epochs=2\n--seed=1\n--workdir=a\n")

    def test_flagfile_says_what_the_config_says(self):
        config = self.config("x", fold=2)
        lines = config.to_flagfile().splitlines()
        for line in ("--fold=2", "--pose_widths=2,2,2,2,2", "--rotation=10.0",
                     "--optimizer=adamw", "--jit_compile=False"):  # fmt: skip
            self.assertIn(line, lines)
        self.assertNotIn("folds", config.to_flagfile().replace("num_folds", ""))

    def test_flagfile_is_read_back(self):
        path = self.base / "train.flags"
        for changes in {"fold": 2}, {"classes": ("cat", "dog"), "bones": True}:
            config = self.config("x", **changes)
            path.write_text(config.to_flagfile())
            self.assertEqual(flags.load(path), config)
        path.write_text("--epochs=3\n--warp=9\n")
        with self.assertRaisesRegex(ValueError, "train.flags: .*--warp=9"):
            flags.load(path)

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "learning_rate=0"):
            dataclasses.replace(self.config("x"), learning_rate=0)
        with self.assertRaisesRegex(
            ValueError, "num_folds=5. Received: fold=5"
        ):
            self.config("x", fold=5)
        with self.assertRaisesRegex(ValueError, "validate_every=0"):
            self.config("x", validate_every=0)


if __name__ == "__main__":
    absltest.main()

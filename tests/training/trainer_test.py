import dataclasses
import json
import pathlib
from unittest import mock

from absl.testing import absltest
import keras
import numpy as np
import tensorflow as tf

from kp2part.data import example_set
from kp2part.models import metadata
from kp2part.models import palette
from kp2part.pose_priors import pose_library
from kp2part.system import settings
from kp2part.system import settings_flags
from kp2part.training import callbacks
from kp2part.training import compilation
from kp2part.training import flagfile
from kp2part.training import network
from kp2part.training import trainer
from kp2part.training import workdir as workdir_lib
from tests import run_config
from tests import tiny
from tests.training import stopped


class TrainingTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"train": 9, "val": 3})

    def workdir(self, name):
        return workdir_lib.Workdir(self.base / name)

    def config(self, epochs=2, **changes):
        return run_config.make(
            self.base / "data",
            encoder="squeezenet",
            num_filters=2,
            pose_widths=(2, 2, 2, 2, 2),
            rotation=10.0,
            scale=0.1,
            translation=0.1,
            color=0.1,
            image_size=32,
            epochs=epochs,
            **{
                "encoder_weights": "none",
                "batch_size": 4,
                "optimizer": "adamw",
                "learning_rate": 1e-3,
                "schedule": "cosine",
                "warmup_epochs": 1,
                "dice_weight": 0.5,
                **changes,
            },
        )

    def weights(self, path):
        return keras.saving.load_model(path).get_weights()

    def test_networks_that_know_poses_train_reload_and_go_on(self):
        # One learns, the other has nothing to learn.
        for name, epochs in ("refinenet", 3), ("nearest_neighbor", 1):
            first = self.config(network=name, nn_missing="strict")
            trainer.train(first, self.workdir(name))
            model = keras.saving.load_model(self.base / name / "model.keras")
            library = pose_library.PoseLibrary.from_bytes(
                metadata.known_poses(model).library
            )
            self.assertLen(library, 9)
            self.assertTrue(library.strict)
            longer = settings.replace(first, epochs=3)
            (self.base / name / "train.flags").write_text(
                settings_flags.to_flagfile(longer)
            )
            trainer.train(longer, self.workdir(name))
            summary = json.loads(
                (self.base / name / "training.json").read_text()
            )
            self.assertEqual(summary["epochs"], epochs)
        # Both live on the same poses: their priors are made once.
        self.assertLen(list((self.base / "data/priors").iterdir()), 1)

    def test_fidelity_learns_grey_levels(self):
        config = self.config(1, network="refinenet", refine_head="fidelity")
        trainer.train(config, self.workdir("gray"))
        model = keras.saving.load_model(self.base / "gray/model.keras")
        self.assertIsInstance(model.loss["parts"], palette.PaletteLoss)

    def test_a_run_continues_although_kp2part_has_new_settings(self):
        run, config = self.workdir("old"), self.config()
        run.begin(config, {"backend": "tensorflow"})
        path = self.base / "old" / "train.flags"
        lines = path.read_text().splitlines(keepends=True)
        old = [x for x in lines if not x.startswith("--nn_missing")]
        self.assertLess(len(old), len(lines))
        path.write_text("".join(old))
        run.begin(config, {"backend": "tensorflow"})
        for changes in {"elastic": 2.0}, {"seed": 7}:
            with self.assertRaisesRegex(ValueError, "was started with"):
                run.begin(
                    settings.replace(config, **changes),
                    {"backend": "tensorflow"},
                )

    def test_a_run_of_an_earlier_version_continues(self):
        golden = pathlib.Path(__file__).parents[1] / "golden"
        (self.base / "old").mkdir()
        for name in "pose_to_part", "refinenet":
            text = (golden / f"{name}.flags").read_text()
            self.assertIn("--colour=0.1", text)
            (self.base / "old" / "train.flags").write_text(text)
            before = flagfile.load(golden / f"{name}.flags")
            self.assertEqual(before.augmentation.color, 0.1)
            self.workdir("old").begin(before, {"backend": "tensorflow"})
            with self.assertRaisesRegex(ValueError, "color=0.1, now color=0.2"):
                self.workdir("old").begin(
                    settings.replace(before, color=0.2),
                    {"backend": "tensorflow"},
                )

    def test_folds_of_a_run_are_written_when_it_begins(self):
        trainer.train(
            self.config(1, network="pose_to_part", fold=1, num_folds=2),
            self.workdir("fold"),
        )
        dealt = json.loads((self.base / "fold" / "folds.json").read_text())
        self.assertEqual(set(dealt.values()), {0, 1})
        self.assertFalse((self.base / "none").exists())
        with self.assertRaisesRegex(ValueError, "`num_folds` must be at most"):
            trainer.train(
                self.config(1, fold=1, num_folds=99), self.workdir("none")
            )
        self.assertFalse((self.base / "none").exists())

    def test_a_refused_command_leaves_nothing(self):
        text = self.create_tempfile("text.h5", "text").full_path
        for changes, message in (
            ({"batch_size": 10}, "`batch_size` must be at most.* 9"),
            ({"encoder_weights": text, "network": "ternausnet"}, "text.h5"),
            ({"init_from": "nowhere.keras"}, "nowhere.keras: no such file"),
            ({"train_split": "tra"}, "no split 'tra'"),
            ({"val_split": "va"}, "no split 'va'"),
            ({"classes": ("cow",)}, "must be in .*'cow'"),
            ({"network": "pose_to_part", "bones": True, "val_split": "no"},
             "no split"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, message):
                trainer.train(self.config(**changes), self.workdir("none"))
            self.assertFalse((self.base / "none").exists(), changes)

    def test_damaged_records_are_not_trained_on(self):
        path = self.base / "data" / "val-00000-of-00001.tfrecord"
        contents = path.read_bytes()
        for damaged in contents[:-1], contents[:-9] + b"x" + contents[-8:]:
            path.write_bytes(damaged)
            with self.assertRaisesRegex(ValueError, f"{path}: .*manifest"):
                trainer.train(self.config(), self.workdir("none"))
        self.assertFalse((self.base / "none").exists())

    def test_two_trainings_in_one_directory(self):
        with self.workdir("run").locked():
            with self.assertRaisesRegex(ValueError, "run: another process"):
                trainer.train(self.config(), self.workdir("run"))

    def resume(self, **category):
        """Goes on from a checkpoint whose records were built anew."""
        config = self.config(network="pose_to_part")
        manifest = self.manifest()
        training = example_set.Examples(manifest, ("train",))
        task = network.make_task(config.inputs, manifest)
        path = self.base / "checkpoint-00001.keras"
        if not path.exists():
            network.load_or_make(config, None, training, task).save(path)
        other = dataclasses.replace(manifest.category, **category)
        task = dataclasses.replace(task, category=other)
        return network.load_or_make(config, path, training, task)

    def test_a_run_does_not_go_on_with_other_names(self):
        self.resume()
        parts = {"background": (), "right_leg": ("b",), "left_leg": ("a",)}
        with self.assertRaisesRegex(
            ValueError, "checkpoint-00001.keras: .*network's parts"
        ):
            self.resume(parts=parts)
        with self.assertRaisesRegex(ValueError, "network's keypoints"):
            self.resume(keypoints=("right_ear", "left_ear", "nose"))

    def test_a_run_does_not_go_on_with_other_photos(self):
        self.resume()
        tiny.write_records(str(self.base / "data"), {"train": 11, "val": 3})
        with self.assertRaisesRegex(ValueError, "started on other records"):
            self.resume()

    def test_a_network_remembers_its_photos(self):
        model = self.resume()
        photos = metadata.label_of(model).photos
        self.assertTrue(photos.is_complete)
        self.assertEqual(photos.count(f"photo{i}" for i in range(9)), 5)

    def test_a_full_disk_of_the_logs_is_named(self):
        error = tf.errors.ResourceExhaustedError(
            None, None, "x; No space left on device"
        )
        with mock.patch.object(trainer, "_train", side_effect=error):
            with self.assertRaisesRegex(OSError, "run/logs: .* disk is full"):
                trainer.train(
                    self.config(network="pose_to_part"), self.workdir("run")
                )

    def test_weights_that_are_not_finite_are_not_saved(self):
        model = self.resume()
        saver = callbacks.Saver(self.workdir("nan"))
        saver.set_model(model)
        saver.on_epoch_begin(0)
        weight = model.weights[0]
        weight.assign(np.full(weight.shape, np.nan))
        with self.assertRaisesRegex(ValueError, "weight pose.*of epoch 1"):
            saver.on_epoch_end(0, {"loss": 1.0})
        self.assertFalse((self.base / "nan").exists())

    def train_in_parts(self, config, name, *stops):
        for epochs, steps in stops:
            with stopped.before(epochs, steps):
                with self.assertRaises(KeyboardInterrupt):
                    trainer.train(config, self.workdir(name))
            saved = f"checkpoint-{epochs:05d}-{steps:05d}.keras"
            self.assertTrue((self.base / name / saved).exists())
        trainer.train(config, self.workdir(name))

    def check_same(self, epochs, *names):
        last = f"checkpoint-{epochs:05d}.keras"
        whole, parts = (
            keras.saving.load_model(self.base / name / last) for name in names
        )
        variables = [
            [*model.weights, *model.optimizer.variables]
            for model in (whole, parts)
        ]
        for a, b in zip(*variables, strict=True):
            np.testing.assert_array_equal(a, b, a.path)
        histories = [self.workdir(name).history(epochs) for name in names]
        for a, b in zip(*histories, strict=True):
            self.assertEqual({**a, "seconds": 0}, {**b, "seconds": 0})
        return histories[0]

    def test_stopped_and_resumed_equals_never_stopped(self):
        # The smallest network: each of the runs traces it anew.
        config = self.config(
            3, network="pose_to_part", validate_every=2, batch_size=2
        )
        trainer.train(config, self.workdir("whole"))
        # In an epoch that is not validated, and in the last: four steps each.
        self.train_in_parts(config, "parts", (0, 3), (2, 1))
        history = self.check_same(3, "whole", "parts")
        self.assertEqual(
            ["val_loss" in row for row in history], [False, True, True]
        )
        for name in "whole", "parts":
            self.check_files(self.base / name, history)

    def test_stopped_while_it_validates(self):
        # The network with Dropout; in an epoch that is not the last, and in it.
        config = self.config(2, network="refinenet", batch_size=3)
        trainer.train(config, self.workdir("whole"))
        for epochs in 0, 1:
            with stopped.validating(epochs):
                with self.assertRaises(KeyboardInterrupt):
                    trainer.train(config, self.workdir("parts"))
            saved = f"parts/checkpoint-{epochs:05d}-00003.keras"
            self.assertTrue((self.base / saved).exists())
            # As the user would see it, or a program that reads it.
            rows = self.workdir("parts").rows()
            self.assertLen(rows, epochs)
        with mock.patch.object(
            keras.Model, "fit", side_effect=AssertionError
        ):  # All steps are done.
            trainer.train(config, self.workdir("parts"))
        self.check_same(2, "whole", "parts")

    def test_random_numbers_of_the_network_go_on(self):
        # It has Dropout, whose state Keras does not save.
        config = self.config(1, network="refinenet", batch_size=3)
        trainer.train(config, self.workdir("whole"))
        self.train_in_parts(config, "parts", (0, 2))
        self.check_same(1, "whole", "parts")

    def test_saves_after_some_minutes(self):
        saved = []
        config = self.config(1, network="pose_to_part", batch_size=2)
        workdir = self.workdir("often")
        keep = workdir_lib.Workdir.save_checkpoint

        def save(run, write, done):
            saved.append((done.epochs, done.steps))
            keep(run, write, done)

        with mock.patch.object(workdir_lib.Workdir, "save_checkpoint", save):
            trainer.train(config, workdir, save_minutes=1e-9)
        self.assertEqual(saved, [(0, 1), (0, 2), (0, 3), (0, 4), (1, 0)])

    def check_files(self, path, history):
        summary = json.loads((path / "training.json").read_text())
        self.assertEqual(summary["epochs"], 3)
        best = max(history[1:], key=lambda row: row["val_mean_iou"])
        self.assertEqual(summary["best_epoch"], best["epoch"])
        self.assertEqual(summary["best_val_mean_iou"], best["val_mean_iou"])
        self.assertTrue((path / "model.keras").exists())
        self.assertNotEmpty(list((path / "logs" / "pictures").iterdir()))
        self.assertLen(list(path.glob("checkpoint-*.keras")), 2)
        self.assertEmpty(list(path.glob(".partial*")))

    def test_validated_epochs(self):
        def epochs(count, every):
            config = self.config(count, validate_every=every)
            return config.loop.validated_epochs

        self.assertEqual(epochs(3, 1), [1, 2, 3])
        self.assertEqual(epochs(7, 3), [3, 6, 7])
        self.assertEqual(epochs(2, 9), [2])

    def test_history_keeps_what_a_row_lacks_away(self):
        run = workdir_lib.Workdir(self.base)
        rows = [
            {"epoch": 1.0, "loss": 0.5, "seconds": 1.0},
            {"epoch": 2.0, "loss": 0.0, "val_mean_iou": 0.25, "seconds": 1.0},
            {"epoch": 3.0, "loss": 0.25, "seconds": 1.0},
        ]
        run.save_history(rows)
        self.assertEqual(run.history(3), rows)
        header, *lines = (self.base / "history.csv").read_text().splitlines()
        self.assertEqual(header, "epoch,loss,val_mean_iou,seconds")
        self.assertEqual(lines[0], "1,0.5,,1.0")

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
        config = self.config(
            network="pose_to_part",
            optimizer="sgd",
            schedule="constant",
            warmup_epochs=0,
            learning_rate=1e30,
        )
        with self.assertRaisesRegex(
            ValueError,
            r"finite.*in step ([12]) of epoch 1, batch \1 .*--learning_rate",
        ):
            trainer.train(config, self.workdir("nan"))
        self.assertFalse((self.base / "nan" / "model.keras").exists())

    def manifest(self):
        return tiny.manifest.load(str(self.base / "data"))

    def test_sigma_scales_with_the_size(self):
        task = network.make_task(self.config().inputs, self.manifest())
        self.assertEqual(task.image_size, 32)
        self.assertEqual(task.heatmap_sigma, 7.0 * 32 / 256)

    def test_loss_weights_are_the_papers(self):
        config = self.config()
        task = network.make_task(config.inputs, self.manifest())
        model = network.make_model(config.network, config.architecture, task)
        rate = compilation.learning_rate(config.optimization, 2, 2)
        optimizer = compilation.make_optimizer(config.optimization, rate)
        compilation.compile_model(model, optimizer, config.objective)
        self.assertEqual(
            model._compile_loss._user_loss_weights,
            {"pseudo_parts": 0.01, "parts": 1.0},
        )

    def test_other_settings_on_a_used_workdir(self):
        run = self.workdir("run")
        run.begin(self.config(), {"backend": "tensorflow"})
        run.begin(self.config(), {"backend": "tensorflow"})
        with self.assertRaisesRegex(
            ValueError,
            "train.flags: .*started with seed=0, now seed=1.*another --workdir",
        ):
            run.begin(self.config(seed=1), {"backend": "tensorflow"})

    def test_flagfile_says_what_the_config_says(self):
        text = settings_flags.to_flagfile(self.config(fold=2))
        lines = text.splitlines()
        for line in ("--fold=2", "--pose_widths=2,2,2,2,2", "--rotation=10.0",
                     "--optimizer=adamw", "--jit_compile=False"):  # fmt: skip
            self.assertIn(line, lines)
        self.assertNotIn("folds", text.replace("num_folds", ""))

    def test_flagfile_is_read_back(self):
        path = self.base / "train.flags"
        for changes in {"fold": 2}, {"classes": ("cat", "dog"), "bones": True}:
            config = self.config(**changes)
            path.write_text(settings_flags.to_flagfile(config))
            self.assertEqual(flagfile.load(path), config)
        path.write_text("--epochs=3\n--warp=9\n")
        with self.assertRaisesRegex(ValueError, "train.flags: .*warp"):
            flagfile.load(path)

    def test_errors(self):
        for changes, message in (
            ({"learning_rate": 0}, "above 0. Received: learning_rate=0"),
            ({"validate_every": 0}, "validate_every=0"),
            ({"optimizer": "adamm"}, "one of adam, adamw, sgd.*=adamm"),
            ({"network": "kp2parts"}, "`network` must be one of .*=kp2parts"),
            ({"optimizer": "adam", "weight_decay": 0.1},
             "`weight_decay` has an effect only with optimizer=adamw.*=adam"),
            ({"schedule": "constant"},
             "`warmup_epochs` has an effect only with schedule=cosine"),
            ({"refine_head": "fidelity"},
             "`refine_head` has an effect only with network=refinenet"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, message):
                self.config(**changes)


if __name__ == "__main__":
    absltest.main()

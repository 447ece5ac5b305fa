import pathlib
from unittest import mock

from absl.testing import absltest
import keras
import numpy as np

from kp2part.training import backend
from kp2part.training import trainer
from kp2part.training import workdir as workdir_lib
from tests import run_config
from tests import tiny
from tests.training import stopped


class MemoryInputTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"train": 9, "val": 3})

    def config(self, **changes):
        return run_config.make(
            self.base / "data",
            **{
                "network": "pose_to_part",
                "pose_widths": (2, 2, 2, 2, 2),
                "image_size": 32,
                "batch_size": 4,
                "epochs": 3,
                "rotation": 10.0,
                "learning_rate": 1e-2,
                "keypoint_jitter": 2.0,
                "encoder_weights": "none",
                "validate_every": 2,
                "input": "memory",
                **changes,
            },
        )

    def train(self, name, **changes):
        run = workdir_lib.Workdir(self.base / name)
        trainer.train(self.config(**changes), run)
        return keras.saving.load_model(
            run.path / "checkpoint-00003.keras"
        ).get_weights()

    def test_stopped_and_resumed_equals_never_stopped(self):
        whole = self.train("whole")
        with stopped.before(1, 1), self.assertRaises(KeyboardInterrupt):
            self.train("parts")
        for a, b in zip(whole, self.train("parts"), strict=True):
            np.testing.assert_array_equal(a, b)
        history = workdir_lib.Workdir(self.base / "parts").history(3)
        self.assertEqual(
            ["val_loss" in row for row in history], [False, True, True]
        )
        logs = self.base / "parts" / "logs" / "pictures"
        self.assertNotEmpty(list(logs.iterdir()))

    def test_learns_as_from_the_stream(self):
        # Without chance, the only difference is the order of the examples.
        losses = {
            kind: workdir_lib.Workdir(self.base / kind).history(3)
            for kind in ("memory", "stream")
            if self.train(
                kind, input=kind, flip=0.0, rotation=0.0, keypoint_jitter=0.0
            )
        }
        for a, b in zip(*losses.values(), strict=True):
            self.assertAlmostEqual(a["loss"], b["loss"], delta=0.1 * b["loss"])
        for kind in "memory", "stream":
            self.assertLess(losses[kind][2]["loss"], losses[kind][0]["loss"])

    def test_what_needs_the_stream_is_refused(self):
        for name in "refinenet", "nearest_neighbor":
            with self.assertRaisesRegex(
                ValueError, f"`input` must be stream .*network={name}"
            ):
                self.config(network=name)
        with self.assertRaisesRegex(ValueError, "one of stream, memory"):
            self.config(input="disk")

    def test_what_needs_tensorflow_is_refused_without(self):
        run = workdir_lib.Workdir(self.base / "none")
        with mock.patch.object(backend, "has_tensorflow", return_value=False):
            for changes, message in (
                ({"input": "stream"}, "`input` must be memory. .*=stream"),
                (
                    {"train_fraction": 0.5},
                    "`train_fraction` must be 1.0. .*0.5",
                ),
            ):
                with self.assertRaisesRegex(ValueError, message):
                    trainer.train(self.config(**changes), run)
        self.assertFalse(run.path.exists())

    def test_loss_that_is_not_finite_stops_and_says_so(self):
        with self.assertRaisesRegex(ValueError, "finite.*of epoch 1"):
            self.train("nan", optimizer="sgd", learning_rate=1e30)


if __name__ == "__main__":
    absltest.main()

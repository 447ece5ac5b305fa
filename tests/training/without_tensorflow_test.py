"""Training in a process where TensorFlow cannot be imported, with JAX."""

import csv
import json
import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
import keras
import numpy as np

from kp2part.data import example_set
from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from tests import tiny

SCRIPT = """
import importlib.abc
import pathlib
import sys

import numpy as np


class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tensorflow":
            raise ModuleNotFoundError("blocked", name=name)


sys.meta_path.insert(0, Blocked())

from absl import logging
import keras

from kp2part.training import flagfile
from kp2part.training import memory_feed
from kp2part.training import network
from kp2part.training import splits
from kp2part.training import trainer
from kp2part.training import workdir as workdir_lib
from tests.training import stopped

logging.set_verbosity(logging.INFO)
base = pathlib.Path(sys.argv[1])
config = flagfile.load(base / "all.flags")
whole, parts = (workdir_lib.Workdir(base / x) for x in ("whole", "parts"))
trainer.train(config, whole, stream=sys.stdout)
for stop in stopped.validating(0), stopped.before(1, 1):
    with stop:
        try:
            trainer.train(config, parts)
        except KeyboardInterrupt:
            print("stopped")
trainer.train(config, parts)
first, second = (
    keras.saving.load_model(x.path / "checkpoint-00002.keras").get_weights()
    for x in (whole, parts)
)
for a, b in zip(first, second, strict=True):
    np.testing.assert_array_equal(a, b)

model = keras.saving.load_model(whole.best)
manifest = trainer.manifest_lib.load(config.selection.tfrecords)
feed = memory_feed.make(
    config, model, splits.choose(config.selection, manifest)
)
inputs, targets = feed.training(2)[0]
np.savez(base / "batch.npz", **inputs, mask=targets["parts"])
assert "tensorflow" not in sys.modules
"""
FLAGS = dict(
    network="pose_to_part",
    pose_widths="2,2,2,2,2",
    normalization="none",
    image_size="32",
    batch_size="4",
    epochs="2",
    encoder_weights="none",
    input="memory",
    rotation="20",
    scale="0.2",
    elastic="6",
    color="0.2",
    keypoint_dropout="0.1",
    keypoint_jitter="2",
    deterministic="true",
)


class WithoutTensorflowTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = tiny.write_records(
            str(self.base / "data"), {"train": 9, "val": 4}
        )
        flags = {**FLAGS, "tfrecords": str(self.base / "data")}
        lines = [f"--{name}={value}\n" for name, value in flags.items()]
        (self.base / "all.flags").write_text("".join(lines))

    def run_script(self):
        return subprocess.run(
            [sys.executable, "-c", SCRIPT, str(self.base)],
            env={
                **os.environ,
                "KERAS_BACKEND": "jax",
                # Compiling takes far longer than tiny steps.
                "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
                "JAX_COMPILATION_CACHE_DIR": str(self.base / "compiled"),
                "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            },
            check=True,
            capture_output=True,
            text=True,
        )

    def test_trains_resumes_and_can_be_used_here(self):
        done = self.run_script()
        self.assertEqual(done.stdout.count("stopped"), 2)
        # Keras calls what shows the table from another thread.
        self.assertIn("An epoch trains for about", done.stdout)
        self.assertRegex(done.stdout, r"\n +2/2 +\d")
        self.assertIn("TensorFlow is not installed: no curves", done.stderr)
        self.assertIn("13 examples of 32 px take", done.stderr)
        whole = self.base / "whole"
        with (whole / "history.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertLen(rows, 2)
        self.assertIn("val_mean_iou", rows[0])
        self.assertFalse((whole / "logs").exists())
        versions = json.loads((whole / "versions.json").read_text())
        self.assertEqual(versions["backend"], "jax")
        self.assertIn("jax", versions)
        model = keras.saving.load_model(whole / "model.keras")
        self.check_batch(model)

    def check_batch(self, model):
        """Compares a batch of epoch 2 with TensorFlow's."""
        from kp2part.training import flagfile
        from kp2part.training import network

        config = flagfile.load(self.base / "all.flags")
        task = network.make_task(config.inputs, self.manifest)
        arrays = example_arrays.load(
            example_set.Examples(self.manifest, ("train",)), 32
        )
        training = batches.Training(
            arrays, model, task, 4, config.augmentation, 0, 2
        )
        inputs, targets = training[0]
        with np.load(self.base / "batch.npz") as found:
            for name, value in inputs.items():
                np.testing.assert_allclose(found[name], value, atol=1e-3)
            other = found["mask"] != targets["parts"].numpy()
            self.assertLess(other.mean(), 2e-3)


if __name__ == "__main__":
    absltest.main()

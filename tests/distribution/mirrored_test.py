import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
import keras
import numpy as np

from kp2part.training import workdir
from tests import tiny
from tests.distribution import tiny_run


class MirroredTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        # The second batch of the epoch's validation has one example.
        tiny.write_records(str(self.base / "data"), {"train": 9, "val": 5})

    def write_flags(self, **changes):
        values = {**tiny_run.FLAGS, "tfrecords": self.base / "data", **changes}
        text = "".join(f"--{name}={x}\n" for name, x in values.items())
        path = self.base / "all.flags"
        path.write_text(text)
        return path

    def train(self, backend, distribute, name):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.distribution.mirrored_script"),
                *(self.write_flags(), self.base / name, distribute),
            ],
            env={
                **os.environ,
                "KERAS_BACKEND": backend,
                "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])
        model = keras.saving.load_model(self.base / name / "model.keras")
        return model.get_weights()

    def check_same(self, backend):
        one = self.train(backend, "none", "one")
        two = self.train(backend, "mirrored", "two")
        for a, b in zip(one, two, strict=True):
            np.testing.assert_allclose(a, b, atol=tiny_run.TOLERANCE)
        first, second = (
            workdir.Workdir(self.base / name).history(2)
            for name in ("one", "two")
        )
        for a, b in zip(first, second, strict=True):
            for name in "loss", "mean_iou", "val_mean_iou":
                self.assertAlmostEqual(
                    a[name], b[name], delta=tiny_run.TOLERANCE
                )
            # The last batch counts as if it had as many examples as devices.
            self.assertAlmostEqual(a["val_loss"], b["val_loss"], delta=0.01)

    def test_two_devices_learn_as_one_with_tensorflow(self):
        self.check_same("tensorflow")

    def test_two_devices_learn_as_one_with_jax(self):
        self.check_same("jax")


if __name__ == "__main__":
    absltest.main()

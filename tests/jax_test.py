"""The networks under KERAS_BACKEND=jax, which only a new process can choose."""

import os
import subprocess
import sys
import textwrap

from absl.testing import absltest
import keras
import numpy as np

from kp2part import models
from kp2part import schema
from kp2part.models import architecture
from tests import tiny

TASK = schema.Task(tiny.CATEGORY, 32, 2.0)
SMALL = architecture.Architecture("squeezenet", 2, (2, 2, 2, 2, 2))

SCRIPT = """
import sys
import keras, numpy as np
from kp2part import layers, losses, models
from tests import jax_test

assert keras.backend.backend() == "jax"
directory = sys.argv[1]
model = keras.saving.load_model(directory + "/tf.keras")
x = jax_test.inputs()
np.savez(directory + "/before.npz", **model.predict_on_batch(x))
y = np.ones((2, 32, 32), np.uint8)
model.compile(
    keras.optimizers.Adam(1e-2),
    {n: losses.PartLoss(0.5) for n in model.output},
    {"pseudo_parts": 0.01, "parts": 1.0},
)
first = model.train_on_batch(x, {n: y for n in model.output})
for _ in range(3):
    last = model.train_on_batch(x, {n: y for n in model.output})
assert last < first, (first, last)
model.save(directory + "/jax.keras")
np.savez(directory + "/after.npz", **model.predict_on_batch(x))
"""


def inputs():
    rng = np.random.default_rng(0)
    return {
        "image": rng.uniform(0, 255, (2, 32, 32, 3)).astype(np.float32),
        "heatmaps": rng.uniform(0, 1, (2, 32, 32, 3)).astype(np.float32),
    }


class JaxTest(absltest.TestCase):
    def test_trains_there_and_reloads_here(self):
        directory = self.create_tempdir().full_path
        model = models.build("kp2part", TASK, SMALL)
        model.save(f"{directory}/tf.keras")
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), directory],
            env={**os.environ, "KERAS_BACKEND": "jax"},
            check=True,
        )
        before = np.load(f"{directory}/before.npz")
        for name, value in model.predict_on_batch(inputs()).items():
            np.testing.assert_allclose(value, before[name], rtol=1e-3, atol=1e-3)
        trained = keras.saving.load_model(f"{directory}/jax.keras")
        after = np.load(f"{directory}/after.npz")
        for name, value in trained.predict_on_batch(inputs()).items():
            np.testing.assert_allclose(value, after[name], rtol=1e-3, atol=1e-3)


if __name__ == "__main__":
    absltest.main()

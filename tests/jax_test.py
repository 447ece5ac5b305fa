"""The networks under KERAS_BACKEND=jax, which only a new process can choose."""

import os
import subprocess
import sys

from absl.testing import absltest
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import losses
from kp2part.models import networks
from kp2part.schema import task
from tests import tiny

TASK = task.Task(tiny.CATEGORY, 32, 2.0)
SMALL = architecture.Architecture(
    pose_widths=(2, 2, 2, 2, 2), normalization="none"
)

SCRIPT = """
import sys
import keras
from tests import jax_test

assert keras.backend.backend() == "jax"
directory = sys.argv[1]
model = keras.saving.load_model(directory + "/tf.keras")
before = jax_test.bias(model)
loss = jax_test.train(model)
assert jax_test.bias(model) != before
model.save(directory + "/jax.keras")
print("loss", loss)
print("bias", jax_test.bias(model))
"""


def compile_model(model):
    model.compile(
        keras.optimizers.Adam(1e-2),
        {name: losses.PartLoss(0.5) for name in model.output},
    )
    model.optimizer.build(model.trainable_variables)


def train(model):
    labels = np.ones((2, 32, 32), np.uint8)
    targets = {name: labels for name in model.output}
    return float(model.train_on_batch(inputs(), targets))


def bias(model):
    return float(model.get_layer("parts").get_weights()[1][0])


def inputs():
    rng = np.random.default_rng(0)
    return {
        "heatmaps": rng.uniform(0, 1, (2, 32, 32, 3)).astype(np.float32),
    }


class JaxTest(absltest.TestCase):
    def test_trains_there_and_reloads_here(self):
        directory = self.create_tempdir().full_path
        model = networks.build("pose_to_part", TASK, SMALL)
        compile_model(model)
        model.save(f"{directory}/tf.keras")
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, directory],
            env={
                **os.environ,
                "KERAS_BACKEND": "jax",
                # Compiling takes far longer than one tiny step.
                "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
            },
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        words = done.stdout.split()
        loss = float(words[words.index("loss") + 1])
        # Both backends see the same network: the same loss, the same step.
        self.assertAlmostEqual(train(model), loss, delta=1e-3 * loss)
        self.assertAlmostEqual(
            bias(model), float(words[words.index("bias") + 1]), places=4
        )
        trained = keras.saving.load_model(f"{directory}/jax.keras")
        self.assertAlmostEqual(bias(trained), bias(model), places=4)
        self.assertEqual(int(trained.optimizer.iterations), 1)


if __name__ == "__main__":
    absltest.main()

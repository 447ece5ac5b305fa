import json
import os
import subprocess
import sys

from absl.testing import absltest

from kp2part.training import rematerialization

# Only a new process can choose the backend.
SCRIPT = """
import json
import jax
from jax.ad_checkpoint import print_saved_residuals
import contextlib, io
import keras
import numpy as np
from kp2part.models import architecture, networks
from kp2part.schema import task
from kp2part.training import compilation, config, rematerialization
from tests import tiny


def train(remat):
    keras.utils.set_random_seed(0)
    sizes = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
    model = networks.build(
        "pose_to_part", task.Task(tiny.CATEGORY, 32, 2.0), sizes
    )
    compilation.compile_model(
        model, keras.optimizers.SGD(0.05), config.Objective(dice_weight=0.5)
    )
    if remat:
        rematerialization.apply(model)
    rng = np.random.default_rng(0)
    x = {"heatmaps": rng.uniform(0, 1, (2, 32, 32, 3)).astype(np.float32)}
    y = {"parts": rng.integers(0, 3, (2, 32, 32)).astype(np.uint8)}
    losses = [float(model.train_on_batch(x, y)[0]) for _ in range(3)]
    losses.append(float(model.evaluate(x, y, verbose=0)[0]))
    state = model._get_jax_state(True, True, True, True)

    def loss(variables):
        return model.compute_loss_and_updates(
            variables, state[1], state[3], x, y, None,
            training=True, optimizer_variables=state[2],
        )[0]

    with contextlib.redirect_stdout(io.StringIO()) as kept:
        print_saved_residuals(loss, state[0])
    lines = kept.getvalue().splitlines()
    return losses, sum(" from the argument" not in x for x in lines)


print(json.dumps([train(False), train(True)]))
"""


class RematerializationTest(absltest.TestCase):
    def test_the_same_losses_with_less_kept(self):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={
                **os.environ,
                "KERAS_BACKEND": "jax",
                "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
            },
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        plain, remat = json.loads(done.stdout.splitlines()[-1])
        for a, b in zip(plain[0], remat[0], strict=True):
            self.assertAlmostEqual(a, b, delta=1e-5)
        self.assertGreater(plain[0][0], plain[0][2])
        self.assertLess(remat[1], 0.6 * plain[1])

    def test_tensorflow_is_refused(self):
        rematerialization.check(False)
        with self.assertRaisesRegex(
            ValueError, "`remat` can be true with .*jax only.*=tensorflow"
        ):
            rematerialization.check(True)


if __name__ == "__main__":
    absltest.main()

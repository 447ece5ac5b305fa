import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task
from kp2part.training import compilation
from kp2part.training import config
from kp2part.training import trainer
from kp2part.training import workdir
from tests import run_config
from tests import tiny
from tests.training import stopped

TASK = task.Task(tiny.CATEGORY, 32, 2.0)
SMALL = architecture.Architecture(
    pose_widths=(2, 2, 2, 2, 2), normalization="none"
)


def make(accumulate, optimizer="adamw", schedule="constant"):
    keras.utils.set_random_seed(0)
    model = networks.build("pose_to_part", TASK, SMALL)
    decay = 0.1 if optimizer == "adamw" else 0.0
    optimization = config.Optimization(
        optimizer=optimizer,
        learning_rate=1e-2,
        schedule=schedule,
        warmup_epochs=int(schedule == "cosine"),
        weight_decay=decay,
        accumulate=accumulate,
    )
    # Eight updates in either case.
    rate = compilation.learning_rate(optimization, 4 * accumulate, 2)
    compilation.compile_model(
        model,
        compilation.make_optimizer(optimization, rate),
        config.Objective(),
    )
    return model


def batch(seed, count):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, (count, 32, 32)).astype(np.uint8)
    heatmaps = rng.uniform(0, 1, (count, 32, 32, 3)).astype(np.float32)
    return {keys.HEATMAPS: heatmaps}, {keys.PARTS: labels}


class AccumulationTest(parameterized.TestCase):
    @parameterized.parameters("adam", "adamw", "sgd")
    def test_small_batches_are_as_a_large_one(self, optimizer):
        large, small = make(1, optimizer), make(3, optimizer)
        for step in range(8):
            x, y = batch(step, 6)
            large.train_on_batch(x, y)
            before = small.get_weights()
            for i in range(3):
                for a, b in zip(before, small.get_weights(), strict=True):
                    np.testing.assert_array_equal(a, b)
                part = slice(2 * i, 2 * i + 2)
                small.train_on_batch(
                    {k: v[part] for k, v in x.items()},
                    {k: v[part] for k, v in y.items()},
                )
            pairs = zip(large.get_weights(), small.get_weights(), strict=True)
            for a, b in pairs:
                # Adam divides by the size of a gradient, however small.
                np.testing.assert_allclose(a, b, atol=2e-4)

    def test_the_schedule_is_as_long_as_the_run(self):
        large, small = (make(x, schedule="cosine").optimizer for x in (1, 3))
        for step in range(25):
            small._iterations.assign(step)
            large._iterations.assign(step // 3)
            before = float(large.learning_rate)
            large._iterations.assign(step // 3 + 1)
            # As that of the update that the step is for, or the next.
            ends = sorted([before, float(large.learning_rate)])
            rate = float(small.learning_rate)
            self.assertBetween(rate, ends[0] - 1e-9, ends[1] + 1e-9)
        self.assertAlmostEqual(rate, 0.0)

    def test_a_run_resumes_between_two_updates(self):
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(base / "data"), {"train": 9, "val": 3})
        settings = run_config.make(
            base / "data",
            network="pose_to_part",
            pose_widths=(2, 2, 2, 2, 2),
            image_size=32,
            batch_size=2,
            epochs=2,
            encoder_weights="none",
            input="memory",
            accumulate=3,
        )
        whole, parts = (workdir.Workdir(base / x) for x in ("whole", "parts"))
        trainer.train(settings, whole)
        with stopped.before(0, 2), self.assertRaises(KeyboardInterrupt):
            trainer.train(settings, parts)
        trainer.train(settings, parts)
        models = [
            keras.saving.load_model(x.path / "checkpoint-00002.keras")
            for x in (whole, parts)
        ]
        self.assertEqual(models[0].optimizer.gradient_accumulation_steps, 3)
        self.assertEqual(int(models[0].optimizer.iterations), 2)  # 8 steps.
        variables = [[*x.weights, *x.optimizer.variables] for x in models]
        for a, b in zip(*variables, strict=True):
            np.testing.assert_array_equal(a, b, a.path)

    def test_more_than_there_are_steps_is_refused(self):
        optimization = config.Optimization(accumulate=9)
        with self.assertRaisesRegex(
            ValueError, "at most the number of steps, 8. .*accumulate=9"
        ):
            compilation.learning_rate(optimization, 4, 2)


if __name__ == "__main__":
    absltest.main()

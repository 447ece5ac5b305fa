from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task
from kp2part.training import compilation
from kp2part.training import config
from kp2part.training.monitoring import part_scores
from tests import tiny

TASK = task.Task(tiny.CATEGORY, 32, 2.0)
SMALL = architecture.Architecture(
    pose_widths=(2, 2, 2, 2, 2), normalization="none", num_filters=2
)


class Kept(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.logs = []

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


class PartScoresTest(parameterized.TestCase):
    def logs(self, name, labels):
        """The logs of two epochs, of which only the second is validated."""
        model = networks.build(name, TASK, SMALL)
        compilation.compile_model(
            model, keras.optimizers.Adam(1e-2), config.Objective()
        )
        rng = np.random.default_rng(0)
        inputs = {
            key: rng.uniform(size=(4, *x.shape[1:])).astype(np.float32)
            for key, x in model.input.items()
        }
        targets = {key: rng.choice(labels, (4, 32, 32)) for key in model.output}
        half = [{k: v[:2] for k, v in x.items()} for x in (inputs, targets)]
        kept = Kept()
        model.fit(
            inputs, targets, batch_size=2, epochs=2, verbose=0,
            validation_data=half, validation_freq=2,
            callbacks=[part_scores.PartScores(), kept],
        )  # fmt: skip
        return kept.logs

    @parameterized.parameters("kp2part", "pose_to_part")
    def test_their_mean_is_what_keras_measures(self, name):
        first, second = self.logs(name, np.uint8([0, 1, 2, 255]))
        mean = "parts_mean_iou" if name == "kp2part" else "mean_iou"
        names = [f"iou/{part}" for part in tiny.CATEGORY.parts]
        for logs, prefix in (first, ""), (second, ""), (second, "val_"):
            values = [logs[prefix + name] for name in names]
            self.assertAlmostEqual(
                np.mean(values), logs[prefix + mean], places=5
            )
            self.assertGreater(len(set(values)), 1)
        self.assertNotIn("val_iou/background", first)
        self.assertNotEqual(
            [second[name] for name in names],
            [second[f"val_{name}"] for name in names],
        )

    def test_a_part_that_does_not_occur_has_none(self):
        model = networks.build("pose_to_part", TASK, SMALL)
        compilation.compile_model(
            model, keras.optimizers.Adam(1e-2), config.Objective()
        )
        logits = np.zeros((1, 32, 32, 3), np.float32)
        logits[..., 1] = 1.0
        model.evaluate(
            {"heatmaps": np.zeros((1, 32, 32, 3), np.float32)},
            {"parts": np.zeros((1, 32, 32), np.uint8)},
            verbose=0,
        )
        model.reset_metrics()
        (counts,) = [
            m for group in model.metrics for m in getattr(group, "metrics", ())
        ]
        counts.update_state(np.zeros((1, 32, 32), np.uint8), logits)
        scores = part_scores.PartScores()
        scores.set_model(model)
        scores.on_epoch_begin(0)
        logs = {}
        scores.on_epoch_end(0, logs)
        self.assertEqual(logs, {"iou/background": 0.0, "iou/left_leg": 0.0})


if __name__ == "__main__":
    absltest.main()

import pathlib
import tempfile

from absl.testing import absltest
import keras
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import plugin_data_pb2
import tensorflow as tf

from kp2part.training import trainer
from kp2part.training import workdir as workdir_lib
from tests import run_config
from tests import tiny

PARTS = ("background", "left_leg", "right_leg")


def read(directory):
    """What TensorBoard reads of a run: its scalars and its pictures."""
    found = event_accumulator.EventAccumulator(str(directory))
    found.Reload()
    return {
        tag: [tf.make_ndarray(x.tensor_proto) for x in found.Tensors(tag)]
        for tag in found.Tags()["tensors"]
    }


class TensorboardTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(keras.config.set_dtype_policy, "float32")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        base = pathlib.Path(folder.name)
        tiny.write_records(str(base / "data"), {"train": 9, "val": 3})
        cls.run_dir = workdir_lib.Workdir(base / "some_run")
        config = run_config.make(
            base / "data",
            network="pose_to_part",
            pose_widths=(2, 2, 2, 2, 2),
            normalization="none",
            encoder_weights="none",
            image_size=32,
            batch_size=3,
            epochs=2,
            learning_rate=1e-3,
        )
        trainer.train(config, cls.run_dir)
        cls.logs = cls.run_dir.path / "logs"

    def test_scalars_of_the_training(self):
        found = read(self.logs / "train")
        for name in (
            *("loss", "mean_iou", "learning_rate", "gradient_norm"),
            *("images_per_second", "input_wait_share"),
            *(f"iou/{part}" for part in PARTS),
        ):
            self.assertLen(found[f"epoch_{name}"], 2, name)
        self.assertAlmostEqual(float(found["epoch_learning_rate"][0]), 1e-3)
        self.assertGreater(found["epoch_gradient_norm"][1], 0)
        self.assertBetween(found["epoch_input_wait_share"][1], 0, 1)

    def test_scalars_of_the_validation(self):
        found = read(self.logs / "validation")
        rows = self.run_dir.history(2)
        for part in PARTS:
            for value, row in zip(
                found[f"epoch_iou/{part}"], rows, strict=True
            ):
                self.assertAlmostEqual(
                    float(value), row[f"val_iou/{part}"], places=5
                )

    def test_times_are_not_in_the_history(self):
        # It is the same for a run that was stopped and resumed.
        names = set(self.run_dir.history(2)[0])
        self.assertContainsSubset({"iou/left_leg", "val_iou/left_leg"}, names)
        self.assertNoCommonElements(
            names, {"images_per_second", "input_wait_share", "gradient_norm"}
        )

    def test_pictures(self):
        (sheets,) = read(self.logs / "pictures").values()
        self.assertLen(sheets, 2)
        width, _, png, *_ = sheets[1]
        # Five columns: no pseudo parts, as the network has none.
        self.assertEqual(int(width), 5 * (128 + 2))
        self.assertStartsWith(png, b"\x89PNG")

    def test_settings_and_the_score_that_they_lead_to(self):
        found = event_accumulator.EventAccumulator(str(self.logs))
        found.Reload()
        tags = found.summary_metadata

        def data(name):
            content = tags[f"_hparams_/{name}"].plugin_data.content
            return plugin_data_pb2.HParamsPluginData.FromString(content)

        session = data("session_start_info").session_start_info
        self.assertEqual(session.hparams["learning_rate"].number_value, 1e-3)
        self.assertEqual(session.hparams["pose_widths"].string_value,
                         "2,2,2,2,2")  # fmt: skip
        self.assertStartsWith(session.group_name, "some_run in /")
        (metric,) = data("experiment").experiment.metric_infos
        self.assertEqual(metric.name.group, "validation")
        scores = read(self.logs / metric.name.group)[metric.name.tag]
        self.assertAlmostEqual(
            float(scores[-1]),
            self.run_dir.history(2)[-1]["val_mean_iou"],
            places=5,
        )


if __name__ == "__main__":
    absltest.main()

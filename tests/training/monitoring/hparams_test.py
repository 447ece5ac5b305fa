from absl.testing import absltest

from kp2part.training.monitoring import hparams
from tests import run_config


class HparamsTest(absltest.TestCase):
    def test_the_main_ones_are_always_there(self):
        found = hparams.chosen(run_config.make("records"))
        self.assertEqual(found["learning_rate"], 1e-4)
        self.assertEqual(found["network"], "kp2part")
        self.assertEqual(found["image_size"], "default")
        self.assertLen(found, 10)

    def test_others_where_they_differ_from_the_default(self):
        config = run_config.make(
            "records",
            bones=True,
            pose_widths=(2, 2, 2, 2, 2),
            classes=("cat", "dog"),
            extra_tfrecords=("more",),
            epochs=7,
        )
        self.assertEqual(
            dict(list(hparams.chosen(config).items())[10:]),
            {"bones": True, "classes": "cat,dog", "pose_widths": "2,2,2,2,2"},
        )
        self.assertEqual(hparams.chosen(config)["epochs"], 7)


if __name__ == "__main__":
    absltest.main()

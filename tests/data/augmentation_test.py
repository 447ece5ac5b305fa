from absl.testing import absltest
from absl.testing import parameterized

from kp2part.data import augmentation


class AugmentationTest(parameterized.TestCase):
    @parameterized.parameters(
        ({"flip": 1.5}, "flip=1.5"),
        ({"scale": -0.1}, "scale=-0.1"),
        ({"color": 1.0}, "below 1. Received: color=1.0"),
        ({"keypoint_dropout": 1.0}, "keypoint_dropout=1.0"),
        ({"keypoint_jitter": -1.0}, "keypoint_jitter=-1.0"),
        ({"rotation": float("nan")}, "rotation=nan"),
        ({"elastic": -1.0}, "elastic=-1.0"),
        ({"elastic": 8.5}, r"in \[0, 8\].*elastic=8.5"),
    )
    def test_errors(self, settings, message):
        with self.assertRaisesRegex(ValueError, message):
            augmentation.Augmentation(**settings)


if __name__ == "__main__":
    absltest.main()

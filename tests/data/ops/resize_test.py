from absl.testing import absltest
import numpy as np

from kp2part.data.ops import resize
from kp2part.schema import keys
from tests.data.ops import cases


class ResizeTest(absltest.TestCase):
    def test_halves_everything(self):
        resized = cases.apply(resize.make(16), cases.example(size=32))
        self.assertEqual(resized[keys.IMAGE].shape, (16, 16, 3))
        self.assertEqual(resized[keys.PART_MASK].shape, (16, 16))
        np.testing.assert_allclose(
            resized[keys.KEYPOINTS][0],
            [(3 + 0.5) / 2 - 0.5, (5 + 0.5) / 2 - 0.5, 2],
        )


if __name__ == "__main__":
    absltest.main()

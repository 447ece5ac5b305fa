from absl.testing import absltest
import numpy as np

from kp2part.data.ops import color
from kp2part.schema import keys
from tests.data.ops import cases


class ColorTest(absltest.TestCase):
    def test_changes_pixels_only(self):
        value = cases.example()
        changed = cases.apply(color.make(0.3), value)
        self.assertGreater(
            np.abs(changed[keys.IMAGE] - value[keys.IMAGE]).mean(), 1
        )
        self.assertBetween(changed[keys.IMAGE].numpy().min(), 0, 255)
        self.assertBetween(changed[keys.IMAGE].numpy().max(), 0, 255)
        np.testing.assert_array_equal(
            changed[keys.PART_MASK], value[keys.PART_MASK]
        )


if __name__ == "__main__":
    absltest.main()

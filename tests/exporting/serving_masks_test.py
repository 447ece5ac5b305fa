from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import pasting
from kp2part.exporting import serving_masks
from kp2part.schema import task as task_lib
from tests import tiny

SIZE, NUM_PARTS = 32, 3


class ServingMasksTest(parameterized.TestCase):
    @parameterized.product(
        aspect=("pad", "stretch"),
        # Larger and smaller than the crop, of whole strips and of others.
        sides=((90, 70), (20, 128), (301, 65), (31, 19), (1, 200), (7, 1)),
    )
    def test_strips_make_the_same_mask(self, aspect, sides):
        width, height = sides
        task = task_lib.Task(tiny.CATEGORY, SIZE, aspect=aspect)
        values = np.random.default_rng(0).normal(size=(SIZE, SIZE, NUM_PARTS))
        row = (
            tf.nn.softmax(tf.constant(values, tf.float32)),
            tf.constant([4, 3, 4 + width, 3 + height]),
        )
        expected = pasting._at_once(*row, task)
        found = pasting._in_strips(*row, task)
        for one, other in zip(found[:2], expected[:2], strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(found[2], expected[2], rtol=1e-5)
        self.assertGreater(len(np.unique(found[0])), 1)

    def test_large_boxes_are_pasted_in_strips(self):
        task = task_lib.Task(tiny.CATEGORY, SIZE)
        maps = tf.one_hot(tf.ones([1, SIZE, SIZE], tf.int32), NUM_PARTS)
        box = tf.constant([[10, 20, 90, 60]])
        size = tf.constant([[70, 100]])
        expected = serving_masks.paste(maps, box, size, task)
        with absltest.mock.patch.object(pasting, "_MAX_AT_ONCE", 100):
            found = serving_masks.paste(maps, box, size, task)
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values)
        # 80 x 40 px of part 1; the rest of 100 x 70 px is background.
        np.testing.assert_array_equal(expected["area"], [[3800, 3200, 0]])
        np.testing.assert_array_equal(expected["confidence"], [[0, 1, 0]])


if __name__ == "__main__":
    absltest.main()

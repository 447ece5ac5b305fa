from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data.ops import example_op
from kp2part.data.ops import keypoint_noise
from kp2part.schema import keys
from tests.data.ops import cases


class KeypointNoiseTest(absltest.TestCase):
    def disturb(self, dropout, jitter):
        op = tf.function(keypoint_noise.make(dropout, jitter))
        before = cases.example()
        moved = [
            op({**before, example_op.SEED: tf.constant([3, i])})[keys.KEYPOINTS]
            for i in range(300)
        ]
        return before[keys.KEYPOINTS].numpy(), np.stack(moved)

    def test_dropout_drops_a_fraction_and_keeps_the_others(self):
        before, after = self.disturb(0.25, 0.0)
        kept = after[..., 2] > 0
        self.assertBetween(kept[:, :2].mean(), 0.70, 0.80)
        np.testing.assert_array_equal(after[~kept], 0)
        for k in (0, 1):
            rows = after[kept[:, k], k]
            np.testing.assert_array_equal(rows, [before[k]] * len(rows))

    def test_jitter_has_its_stddev_and_keeps_v(self):
        before, after = self.disturb(0.0, 16.0)  # 2 pixels of 32.
        shift = after[:, 1] - before[1]
        self.assertBetween(shift[:, 0].std(), 1.8, 2.2)
        self.assertBetween(abs(shift[:, 0].mean()), 0, 0.3)
        np.testing.assert_array_equal(shift[:, 2], 0)
        np.testing.assert_array_equal(after[:, 2], 0)  # Absent stays absent.

    def test_jitter_is_in_pixels_of_a_256_px_crop(self):
        op = keypoint_noise.make(0.0, 3.0)
        large, small = (
            op(cases.example(size=size))[keys.KEYPOINTS].numpy()
            - cases.example(size=size)[keys.KEYPOINTS].numpy()
            for size in (256, 64)
        )
        np.testing.assert_allclose(large[1] / 4, small[1], atol=1e-5)


if __name__ == "__main__":
    absltest.main()

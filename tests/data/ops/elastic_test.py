from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import augmentation
from kp2part.data import warps
from kp2part.data.ops import elastic
from kp2part.schema import keys
from tests.data.ops import cases


class ElasticTest(absltest.TestCase):
    def test_image_mask_and_keypoints_move_together(self):
        size, centers = 128, np.array([[30, 40], [90, 25], [70, 100]])
        rows, columns = np.indices((size, size))
        away = [np.hypot(columns - x, rows - y) for x, y in centers]
        discs = np.stack(away, -1) <= 5  # A channel and a part for each.
        still = {
            keys.IMAGE: 100 * discs.astype(np.float32),
            keys.PART_MASK: (discs @ [1, 2, 3]).astype(np.uint8),
            keys.KEYPOINTS: np.float32([[x, y, 2] for x, y in centers]),
        }
        moved_far = 0.0
        for moved in cases.draw(elastic.make(8.0), still, 8):
            keypoints = moved[keys.KEYPOINTS].numpy()
            for k in range(3):
                for weight in (
                    moved[keys.IMAGE][..., k].numpy(),
                    moved[keys.PART_MASK].numpy() == k + 1,
                ):
                    center = np.array(
                        [(columns * weight).sum(), (rows * weight).sum()]
                    )
                    np.testing.assert_allclose(
                        keypoints[k, :2], center / weight.sum(), atol=0.5
                    )
            np.testing.assert_array_equal(keypoints[:, 2], 2)
            moved_far = max(moved_far, np.abs(keypoints[:, :2] - centers).max())
        self.assertGreater(moved_far, 4)

    def test_outside_repeats_the_edge_and_keypoints_there_are_absent(self):
        last, absent = 63, 0
        still = {
            keys.IMAGE: np.full((64, 64, 3), 9, np.float32),
            keys.PART_MASK: np.full((64, 64), 2, np.uint8),
            keys.KEYPOINTS: np.float32(
                [[0, 0, 2], [last, 0, 2], [0, last, 1], [last, last, 2]]
            ),
        }
        for moved in cases.draw(elastic.make(8.0), still, 20):
            np.testing.assert_allclose(moved[keys.IMAGE], 9, rtol=1e-6)
            np.testing.assert_array_equal(moved[keys.PART_MASK], 2)
            keypoints = moved[keys.KEYPOINTS].numpy()
            self.assertBetween(keypoints[:, :2].min(), 0, last)
            self.assertBetween(keypoints[:, :2].max(), 0, last)
            absent += (keypoints[:, 2] == 0).sum()
        self.assertBetween(absent, 1, 40)

    def test_same_seed_same_result(self):
        op = elastic.make(8.0)
        once, twice = (
            cases.apply(op, cases.example()),
            cases.apply(op, cases.example()),
        )
        other = cases.apply(op, cases.example(seed=(1, 3)))
        for key in once:
            np.testing.assert_array_equal(once[key], twice[key])
        for key in keys.IMAGE, keys.PART_MASK, keys.KEYPOINTS:
            self.assertTrue((once[key].numpy() != other[key].numpy()).any())

    def test_nothing_leaves_an_example_alone(self):
        same = cases.apply(elastic.make(0.0), cases.example())
        for key, value in cases.example().items():
            np.testing.assert_array_equal(same[key], value)

    def test_stddev_is_in_pixels_of_a_256_px_crop(self):
        op = elastic.make(4.0)
        points = np.array([[0.25, 0.25, 2], [0.75, 0.5, 2]])
        large, small = (
            op(
                {
                    **cases.example(size=size),
                    keys.KEYPOINTS: tf.constant(
                        points * [size - 1, size - 1, 1], tf.float32
                    ),
                }
            )[keys.KEYPOINTS][:, :2].numpy()
            / (size - 1)
            - points[:, :2]
            for size in (256, 64)
        )
        self.assertGreater(np.abs(large).max(), 0.005)
        np.testing.assert_allclose(large, small, rtol=0.05)  # 64/63, 256/255.

    def test_the_largest_cannot_fold(self):
        # A flow folds where neighbors differ by more than their distance. It
        # is a sum of shifts times what each does alone, so its steepest slope
        # is that of the largest shifts, their signs as bad as can be.
        n = augmentation.ELASTIC_POINTS
        points = tf.reshape(warps.grid(n, n), [-1, 2]) * (255 / (n - 1))
        alone = warps.Spline(points, tf.eye(n * n))
        places = warps.grid(73, 73) * 4 - 16
        along_x = alone(places + [0.5, 0]) - alone(places - [0.5, 0])
        along_y = alone(places + [0, 0.5]) - alone(places - [0, 0.5])
        slope = max(
            float(tf.reduce_max(tf.reduce_sum(tf.abs(d), -1)))
            for d in (along_x + along_y, along_x - along_y)
        )
        self.assertBetween(2 * augmentation.LARGEST_ELASTIC * slope, 0.9, 1.0)


if __name__ == "__main__":
    absltest.main()

"""Crops without TensorFlow are those of the graphs."""

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import crops as graph_crops
from kp2part.data.arrays import crops
from tests import photo_files

HEIGHT, WIDTH, SIZE = 70, 90, 32
IMAGE = photo_files.picture(HEIGHT, WIDTH)


def boxes(count=60):
    """Yields boxes of all kinds, some of them partly outside."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        low = rng.uniform(-10, [WIDTH - 5, HEIGHT - 5])
        sides = rng.uniform(1, [WIDTH, HEIGHT])
        yield np.concatenate([low, low + sides]).astype(np.float32)
    yield np.array([0, 0, WIDTH, HEIGHT], np.float32)
    yield np.array([9, 9, 41, 41], np.float32)  # Of the crop's size.
    yield np.array([9, 3, 10, 60], np.float32)  # One pixel wide.


class CropsTest(parameterized.TestCase):
    @parameterized.parameters(0.0, 0.17)
    def test_whole_pixels(self, context):
        outside = np.array([200, 3, 210, 9], np.float32)
        for box in (*boxes(), outside):
            np.testing.assert_array_equal(
                crops.whole_pixels(box, (HEIGHT, WIDTH), context),
                graph_crops.whole_pixels(box, [HEIGHT, WIDTH], context),
            )

    @parameterized.parameters("stretch", "pad")
    def test_image_and_keypoints(self, aspect):
        rng = np.random.default_rng(1)
        for box in boxes():
            pixels = crops.whole_pixels(box, (HEIGHT, WIDTH), 0.0)
            how = (pixels, SIZE, aspect)
            found = crops.cut_image(IMAGE, *how)
            expected = graph_crops.cut_image(IMAGE, *how).numpy()
            self.assertEqual(found.dtype, np.float32)
            # Of 255: both round, in another order.
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
            points = rng.uniform(-5, [WIDTH + 5, HEIGHT + 5, 3], (20, 3))
            keypoints = np.floor(points).astype(np.float32)
            moved = crops.move_keypoints(keypoints, *how)
            self.assertEqual(moved.dtype, np.float32)
            np.testing.assert_array_equal(
                moved, graph_crops.move_keypoints(keypoints, *how)
            )

    def test_fit(self):
        for box in boxes():
            pixels = crops.whole_pixels(box, (HEIGHT, WIDTH), 0.0)
            for aspect in "stretch", "pad":
                found = crops.fit(pixels, SIZE, aspect)
                expected = graph_crops.fit(tf.constant(pixels), SIZE, aspect)
                np.testing.assert_array_equal(found, expected)

    def test_around_keypoints(self):
        rng = np.random.default_rng(2)
        for _ in range(20):
            keypoints = rng.uniform(0, 90, (9, 3)).astype(np.float32)
            keypoints[:, 2] = rng.integers(0, 3, 9)
            keypoints[:2, 2] = 1
            found = crops.around_keypoints(keypoints)
            self.assertEqual(found.dtype, np.float32)
            np.testing.assert_array_equal(
                found, graph_crops.around_keypoints(keypoints)
            )


if __name__ == "__main__":
    absltest.main()

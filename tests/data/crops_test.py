from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import crops


def spot(height, width, x, y):
    """A black image with one white pixel."""
    image = np.zeros((height, width, 3), np.uint8)
    image[y, x] = 255
    return image


class CropsTest(parameterized.TestCase):
    def test_whole_pixels_round_outwards_and_clip(self):
        # 4 x 10 box, margin 0.25: 1 and 2.5 pixels on each side.
        box = crops.whole_pixels([3.2, 5.0, 7.2, 15.0], [16, 20], 0.25)
        np.testing.assert_array_equal(box, [2, 2, 9, 16])

    def test_box_outside_the_photo_is_empty(self):
        box = crops.whole_pixels([30.0, 30.0, 40.0, 40.0], [16, 20], 0.0)
        self.assertFalse((box[:2] < box[2:]).numpy().all())

    @parameterized.product(
        box=[(0, 0, 31, 17), (4, 2, 25, 14), (3, 1, 9, 16)],
        aspect=["stretch", "pad"],
        size=[32, 64],
    )
    def test_keypoint_goes_where_its_pixel_goes(self, box, aspect, size):
        x, y = 6, 9
        box = tf.constant(box)
        image = spot(17, 31, x, y).astype(np.float32)
        cut = crops.cut_image(image, box, size, aspect)[..., 0].numpy()
        moved = crops.move_keypoints(
            np.array([[x, y, 2]], np.float32), box, size, aspect
        ).numpy()[0]
        rows, columns = np.indices(cut.shape)
        center = [(columns * cut).sum(), (rows * cut).sum()] / cut.sum()
        np.testing.assert_allclose(moved[:2], center, atol=0.51)
        self.assertEqual(moved[2], 2)

    def test_stretch_by_hand(self):
        # 10 wide, 5 high -> 20 x 20: x scales by 2, y by 4.
        moved = crops.move_keypoints(
            np.array([[3, 4, 1]], np.float32), tf.constant([2, 3, 12, 8]), 20,
            "stretch",
        )  # fmt: skip
        expected = [(3 - 2 + 0.5) * 2 - 0.5, (4 - 3 + 0.5) * 4 - 0.5, 1]
        np.testing.assert_allclose(moved[0], expected, rtol=1e-6)

    def test_pad_by_hand(self):
        # 10 wide, 5 high -> 20 x 20: all scales by 2, 5 rows above and below.
        box = tf.constant([2, 3, 12, 8])
        moved = crops.move_keypoints(
            np.array([[3, 4, 1]], np.float32), box, 20, "pad"
        )
        expected = [(3 - 2 + 0.5) * 2 - 0.5, (4 - 3 + 0.5) * 2 - 0.5 + 5, 1]
        np.testing.assert_allclose(moved[0], expected, rtol=1e-6)
        mask = crops.cut_mask(np.ones((9, 14), np.uint8), box, 20, "pad")
        np.testing.assert_array_equal(mask[:5], np.full((5, 20), 255))
        np.testing.assert_array_equal(mask[5:15], np.ones((10, 20)))

    def test_masks_keep_their_labels(self):
        mask = np.random.default_rng(0).choice([0, 4, 255], (13, 29))
        cut = crops.cut_mask(
            mask.astype(np.uint8), tf.constant([1, 2, 28, 12]), 64, "stretch"
        )
        self.assertEqual(cut.dtype, tf.uint8)
        self.assertEqual(set(np.unique(cut)), {0, 4, 255})

    def test_shrinking_averages_areas(self):
        image = np.zeros((64, 64, 3), np.uint8)
        image[::4] = 200  # Stripes of one row, which bilinear alone misses.
        cut = crops.cut_image(image, tf.constant([0, 0, 64, 64]), 16, "stretch")
        np.testing.assert_allclose(cut[2:-2], 50, atol=1)

    def test_same_size_changes_nothing(self):
        image = np.random.default_rng(0).integers(0, 256, (32, 32, 3))
        cut = crops.cut_image(
            image.astype(np.uint8), tf.constant([0, 0, 32, 32]), 32, "stretch"
        )
        np.testing.assert_array_equal(cut, image)

    def test_confine(self):
        points = np.array(
            [[5, 6, 2], [-2, 6, 2], [5, 41.5, 1], [-9, 6, 2], [7, 7, 0]],
            np.float32,
        )  # Side 40: at most 0.5 + 2 px outside count.
        np.testing.assert_array_equal(
            crops.confine(points, 40),
            [[5, 6, 2], [0, 6, 2], [5, 39, 1], [0, 0, 0], [0, 0, 0]],
        )

    @parameterized.parameters("stretch", "pad")
    def test_paste_undoes_cut(self, aspect):
        mask = np.zeros((17, 31), np.uint8)
        mask[5:12, 10:20] = 1
        mask[8:12, 14:20] = 2
        box = tf.constant([6, 3, 26, 15])
        cut = crops.cut_mask(mask, box, 64, aspect)
        pasted = crops.paste_labels(
            tf.one_hot(cut, 3), box, tf.constant([17, 31]), aspect
        )
        self.assertEqual(pasted.shape, (17, 31))
        self.assertGreater((pasted.numpy() == mask).mean(), 0.98)
        outside = np.ones_like(mask)
        outside[3:15, 6:26] = 0
        self.assertEqual(pasted.numpy()[outside == 1].max(), 0)

    def test_works_inside_tf_data(self):
        boxes = tf.data.Dataset.from_tensors(tf.constant([1, 2, 8, 9]))
        image = spot(17, 31, 3, 3)
        cut = next(
            iter(boxes.map(lambda b: crops.cut_image(image, b, 32, "pad")))
        )
        self.assertEqual(cut.shape, (32, 32, 3))


if __name__ == "__main__":
    absltest.main()

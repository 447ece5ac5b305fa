from absl.testing import absltest
import cv2
import numpy as np

from kp2part.visualization import pictures
from tests import photo_files
from tests import tiny


class PicturesTest(absltest.TestCase):
    def test_paint_uses_the_palette_and_gray_for_ignored(self):
        mask = np.array([[0, 1, 255]], np.uint8)
        painted = pictures.paint(mask, tiny.CATEGORY)
        np.testing.assert_array_equal(
            painted[0],
            [tiny.CATEGORY.colors[0], tiny.CATEGORY.colors[1], (128,) * 3],
        )

    def test_blend_leaves_the_background(self):
        image = np.full((9, 11, 3), 90, np.uint8)
        mask = np.zeros((9, 11), np.uint8)
        mask[2:7, 3:8] = 1
        blended = pictures.blend(image, mask, tiny.CATEGORY)
        np.testing.assert_array_equal(blended[mask == 0], image[mask == 0])
        self.assertTrue((blended[mask == 1] != 90).any(-1).all())
        np.testing.assert_array_equal(
            blended[2, 3], [255, 255, 255]
        )  # Outline.

    def test_keypoints_are_drawn_unless_absent(self):
        image = np.zeros((40, 60, 3), np.uint8)
        keypoints = np.array([[50, 10, 2], [5, 30, 1], [30, 20, 0]], np.float32)
        drawn = pictures.draw_keypoints(image, keypoints, tiny.CATEGORY)
        np.testing.assert_array_equal(drawn[10, 50], [0, 114, 255])  # Left.
        np.testing.assert_array_equal(drawn[30, 5], [255, 140, 0])  # Right.
        np.testing.assert_array_equal(drawn[20, 30], [0, 0, 0])
        self.assertEqual(image.max(), 0)

    def test_overlay_is_upright_like_the_mask(self):
        upright = photo_files.picture(40, 60)
        keypoints = np.zeros((3, 3), np.float32)
        mask = np.zeros((40, 60), np.uint8)
        for orientation in range(1, 9):
            stored = photo_files.stored(upright, orientation)
            for write, limit in (photo_files.png, 0), (photo_files.jpeg, 6):
                photo = photo_files.tagged(
                    write(stored), photo_files.exif(orientation)
                )
                drawn = pictures.overlay(photo, mask, keypoints, tiny.CATEGORY)
                error = drawn[..., ::-1].astype(int) - upright
                self.assertLessEqual(np.abs(error).mean(), limit)

    def test_png_round_trip_is_rgb(self):
        picture = np.zeros((4, 6, 3), np.uint8)
        picture[..., 0] = 200
        decoded = cv2.imdecode(
            np.frombuffer(pictures.encode_png(picture), np.uint8),
            cv2.IMREAD_COLOR_RGB,
        )
        np.testing.assert_array_equal(decoded, picture)


if __name__ == "__main__":
    absltest.main()

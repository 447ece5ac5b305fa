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

    def test_headings_stay_in_their_columns(self):
        line = pictures.headings(["W" * 60, "", "i"], 600)
        self.assertEqual(line.shape[1], 600)
        self.assertTrue((line[:, :196] < 128).any())
        self.assertTrue((line[:, 196:400] == 255).all())
        self.assertTrue((line[:, 400:] < 128).any())
        # All of it is there, smaller.
        short = pictures.headings(["W" * 10, "", ""], 600)
        self.assertLess(
            (line[:, :200] < 128).any((1, 2)).sum(),
            (short[:, :200] < 128).any((1, 2)).sum(),
        )

    def test_legend_has_the_parts_and_wraps(self):
        def colors(picture):
            return {tuple(map(int, c)) for c in picture.reshape(-1, 3)}

        wide = pictures.legend(tiny.CATEGORY, 900, "all, fold0")
        _, *parts = tiny.CATEGORY.colors
        self.assertContainsSubset([*parts, (0, 114, 255)], colors(wide))
        narrow = pictures.legend(tiny.CATEGORY, 150)
        self.assertEqual(narrow.shape[1], 150)
        self.assertGreater(len(narrow), 3 * len(wide))
        self.assertContainsSubset(parts, colors(narrow))
        self.assertTrue((narrow[:, -2:] == 255).all())
        gray = pictures.legend(tiny.CATEGORY, 900, with_ignored=True)
        rectangle = np.full((3, 10, 3), 128)
        self.assertGreater((gray == 128).all(-1).sum(), rectangle[..., 0].size)
        self.assertLess((wide == 128).all(-1).sum(), rectangle[..., 0].size)

    def test_png_round_trip_is_rgb(self):
        picture = np.zeros((4, 6, 3), np.uint8)
        picture[..., 0] = 200
        decoded = cv2.imdecode(
            np.frombuffer(pictures.encode_png(picture), np.uint8),
            cv2.IMREAD_COLOR_RGB,
        )
        np.testing.assert_array_equal(decoded, picture)

    def test_example_grid_has_a_column_for_each_prediction(self):
        batch = {
            "image": np.zeros((2, 32, 32, 3), np.float32),
            "keypoints": np.zeros((2, 3, 3), np.float32),
            "part_mask": np.zeros((2, 32, 32), np.uint8),
        }
        logits = np.zeros((2, 32, 32, 3), np.float32)
        both = {"pseudo_parts": logits, "parts": logits}
        for predictions, columns in ((both, 5), ({"parts": logits}, 4)):
            sheet = pictures.example_grid(batch, predictions, tiny.CATEGORY)
            # Small examples are shown four times as large.
            self.assertEqual(sheet.shape[1:], (columns * 128, 3))
            self.assertGreater(sheet.shape[0], 2 * 128)

    def test_example_grid_enlarges_about_the_centers_of_pixels(self):
        keypoints = np.zeros((1, 3, 3), np.float32)
        keypoints[0, 0] = (10.2, 20.2, 2)
        batch = {
            "image": np.zeros((1, 32, 32, 3), np.float32),
            "keypoints": keypoints,
            "part_mask": np.zeros((1, 32, 32), np.uint8),
        }
        sheet = pictures.example_grid(batch, {}, tiny.CATEGORY)[-128:]
        rows, columns = np.nonzero(sheet[:, 128:256].any(-1))
        # 4 * (10.2 + 0.5) - 0.5 = 42.3, and 82.3; drawn on whole pixels.
        self.assertAlmostEqual(columns.mean(), 42, delta=0.4)
        self.assertAlmostEqual(rows.mean(), 82, delta=0.4)

    def test_example_grid_enlarges_all_alike(self):
        image = np.zeros((1, 64, 64, 3), np.float32)
        image[0, 20:24, 40:44, 2] = 255
        mask = np.zeros((1, 64, 64), np.uint8)
        mask[0, 20:24, 40:44] = 1
        batch = {
            "image": image,
            "keypoints": np.array([[[41.5, 21.5, 2], [0, 0, 0], [0, 0, 0]]]),
            "part_mask": mask,
        }
        sheet = pictures.example_grid(batch, {}, tiny.CATEGORY)[-128:]
        for column in range(3):
            cell = sheet[:, column * 128 : (column + 1) * 128].astype(int)
            changed = np.argwhere((cell != cell[0, 0]).any(-1))
            np.testing.assert_allclose(changed.mean(0), [43.5, 83.5], atol=0.6)


if __name__ == "__main__":
    absltest.main()

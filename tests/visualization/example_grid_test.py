from absl.testing import absltest
import numpy as np

from kp2part.visualization import example_grid
from tests import tiny


class ExampleGridTest(absltest.TestCase):
    def test_a_column_for_each_prediction(self):
        batch = {
            "image": np.zeros((2, 32, 32, 3), np.float32),
            "keypoints": np.zeros((2, 3, 3), np.float32),
            "part_mask": np.zeros((2, 32, 32), np.uint8),
        }
        logits = np.zeros((2, 32, 32, 3), np.float32)
        both = {"pseudo_parts": logits, "parts": logits}
        for predictions, columns in ((both, 5), ({"parts": logits}, 4)):
            sheet = example_grid.draw(batch, predictions, tiny.CATEGORY)
            # Small examples are shown four times as large.
            self.assertEqual(sheet.shape[1:], (columns * 128, 3))
            self.assertGreater(sheet.shape[0], 2 * 128)

    def test_enlarges_about_the_centers_of_pixels(self):
        keypoints = np.zeros((1, 3, 3), np.float32)
        keypoints[0, 0] = (10.2, 20.2, 2)
        batch = {
            "image": np.zeros((1, 32, 32, 3), np.float32),
            "keypoints": keypoints,
            "part_mask": np.zeros((1, 32, 32), np.uint8),
        }
        sheet = example_grid.draw(batch, {}, tiny.CATEGORY)[-128:]
        rows, columns = np.nonzero(sheet[:, 128:256].any(-1))
        # 4 * (10.2 + 0.5) - 0.5 = 42.3, and 82.3; drawn on whole pixels.
        self.assertAlmostEqual(columns.mean(), 42, delta=0.4)
        self.assertAlmostEqual(rows.mean(), 82, delta=0.4)

    def test_enlarges_all_alike(self):
        image = np.zeros((1, 64, 64, 3), np.float32)
        image[0, 20:24, 40:44, 2] = 255
        mask = np.zeros((1, 64, 64), np.uint8)
        mask[0, 20:24, 40:44] = 1
        batch = {
            "image": image,
            "keypoints": np.array([[[41.5, 21.5, 2], [0, 0, 0], [0, 0, 0]]]),
            "part_mask": mask,
        }
        sheet = example_grid.draw(batch, {}, tiny.CATEGORY)[-128:]
        for column in range(3):
            cell = sheet[:, column * 128 : (column + 1) * 128].astype(int)
            changed = np.argwhere((cell != cell[0, 0]).any(-1))
            np.testing.assert_allclose(changed.mean(0), [43.5, 83.5], atol=0.6)


if __name__ == "__main__":
    absltest.main()

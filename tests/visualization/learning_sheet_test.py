from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.visualization import learning_sheet
from tests import tiny

SIZE = 32
RED = (230, 0, 60)


def batch(count=2, with_heatmaps=True):
    maps = np.zeros((count, SIZE, SIZE, 5), np.float32)
    found = {
        "image": np.full((count, SIZE, SIZE, 3), 100, np.float32),
        "part_mask": np.zeros((count, SIZE, SIZE), np.uint8),
    }
    return {**found, "heatmaps": maps} if with_heatmaps else found


def logits(labels):
    return np.eye(3, dtype=np.float32)[labels]


class LearningSheetTest(parameterized.TestCase):
    @parameterized.parameters(
        (True, ("pseudo_parts", "parts"), 6),
        (True, ("parts",), 5),
        (False, ("parts",), 4),
    )
    def test_columns(self, with_heatmaps, outputs, columns):
        examples = batch(3, with_heatmaps)
        predicted = logits(examples["part_mask"])
        sheet = learning_sheet.draw(
            examples, dict.fromkeys(outputs, predicted), tiny.CATEGORY
        )
        self.assertEqual(sheet.shape[1:], (columns * 130, 3))
        self.assertGreater(len(sheet), 3 * 130)

    def test_only_the_last_output_is_compared_with_the_truth(self):
        examples = batch(1)
        right = logits(examples["part_mask"])
        wrong = logits(np.ones((1, SIZE, SIZE), int))
        for pseudo, parts, is_red in (
            (wrong, right, False),
            (right, wrong, True),
        ):
            sheet = learning_sheet.draw(
                examples,
                {"pseudo_parts": pseudo, "parts": parts},
                tiny.CATEGORY,
            )
            cell = sheet[-130:-2, -130:-2]
            self.assertEqual((cell[:100] == RED).all(), is_red)
            self.assertEqual((cell[:100] == RED).all(-1).any(), is_red)

    def test_errors(self):
        image = np.full((40, 40, 3), 100, np.uint8)
        truth = np.zeros((40, 40), np.uint8)
        prediction = truth.copy()
        prediction[:10] = 1
        truth[:5] = 255
        picture = learning_sheet.errors(image, prediction, truth)
        red = (picture == RED).all(-1)
        np.testing.assert_array_equal(red.any(1).nonzero()[0], range(5, 10))
        self.assertTrue(red[5:10].all())
        np.testing.assert_array_equal(picture[0, 0], [40, 40, 40])

    def test_heatmaps(self):
        image = np.full((40, 40, 3), 100, np.uint8)
        maps = np.zeros((40, 40, 5), np.float32)
        maps[5, 5, 0] = maps[9, 9, 1] = maps[20, 20, 2] = 1.0
        maps[30, :, 3] = maps[5, :, 4] = 1.0
        picture = learning_sheet.heatmaps(image, maps, tiny.CATEGORY)
        for (y, x), color in (
            ((5, 5), (0, 114, 255)),  # The left ear, on a bone.
            ((9, 9), (255, 140, 0)),
            ((20, 20), (255, 255, 255)),
            ((30, 7), (255, 255, 0)),
            ((0, 0), (30, 30, 30)),
        ):
            self.assertEqual(tuple(picture[y, x]), color)


if __name__ == "__main__":
    absltest.main()

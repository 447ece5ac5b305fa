from absl.testing import absltest
import numpy as np

from kp2part.schema import boxes


class BoxesTest(absltest.TestCase):
    def test_extent_is_in_pixel_edges(self):
        mask = np.zeros((6, 9), bool)
        mask[2, 3] = mask[4, 7] = True
        self.assertEqual(boxes.extent(mask), (3, 2, 8, 5))
        self.assertIsNone(boxes.extent(np.zeros((6, 9), bool)))

    def test_iou_by_hand(self):
        # 4 x 4 and 4 x 4, 2 x 3 in common; apart; touching.
        first = [(0, 0, 4, 4), (20, 20, 21, 21)]
        second = [(2, 1, 6, 5), (4, 0, 5, 4)]
        np.testing.assert_allclose(
            boxes.iou(first, second), [[6 / (16 + 16 - 6), 0], [0, 0]]
        )

    def test_empty_boxes(self):
        self.assertEqual(boxes.iou([(0, 0, 1, 1)], []).shape, (1, 0))
        np.testing.assert_array_equal(
            boxes.iou([(1, 1, 1, 1)], [(1, 1, 1, 1)]), [[0]]
        )


if __name__ == "__main__":
    absltest.main()

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.schema import boxes as boxes_lib
from tfrecords_tools.building import matching


class MatchingTest(parameterized.TestCase):
    def test_reversed_order(self):
        boxes = [(0, 0, 9, 9), (20, 0, 29, 9), (40, 0, 49, 9)]
        self.assertEqual(
            matching.match(boxes, boxes[::-1], 0.5), {0: 2, 1: 1, 2: 0}
        )

    def test_largest_sum_not_greedy(self):
        # 0 fits both, 1 only the first: greedy, 0 would take it away.
        first = [(0, 0, 10, 10), (4, 0, 14, 10)]
        second = [(1, 0, 11, 10), (-4, 0, 6, 10)]
        scores = boxes_lib.iou(first, second)
        np.testing.assert_allclose(
            scores, [[90 / 110, 60 / 140], [70 / 130, 20 / 180]]
        )
        self.assertEqual(matching.match(first, second, 0.2), {0: 1, 1: 0})

    def test_pairs_below_the_minimum_do_not_compete(self):
        first = [(0, 0, 10, 10), (4, 0, 14, 10)]
        second = [(1, 0, 11, 10), (-4, 0, 6, 10)]
        self.assertEqual(matching.match(first, second, 0.6), {0: 0})
        self.assertEqual(matching.match(first, [], 0.0), {})
        far = [(100, 0, 110, 10)]
        self.assertEqual(matching.match(first, far, 0.0), {})

    def test_classes(self):
        box = (0, 0, 10, 10)
        self.assertEqual(
            matching.match_classes(
                [("cat", box), ("dog", box)],
                [("dog", box), ("cow", box), ("cat", (1, 0, 10, 10))],
                0.5,
            ),
            {0: 2, 1: 0},
        )


if __name__ == "__main__":
    absltest.main()

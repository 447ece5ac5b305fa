from absl.testing import absltest
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.formats.masks import rle

KEYPOINTS = np.zeros([3, 3], np.float32)


def item(rows, corner=(0, 0)):
    return labels.LabeledObject(
        "dog", KEYPOINTS, np.array(rows, np.uint8), corner
    )


class LabelsTest(absltest.TestCase):
    def test_the_lower_one_is_in_front(self):
        back = item([[1, 1], [2, 2]], (1, 0))
        front = item([[3, 0], [3, 3]], (2, 1))
        for back_first in True, False:
            given = (back, front) if back_first else (front, back)
            found = labels.separate(given)
            photo = labels.LabeledPhoto("a.jpg", 4, 5, found)
            np.testing.assert_array_equal(
                photo.part_ids(),
                [
                    [0, 1, 1, 0, 0],
                    [0, 2, 3, 0, 0],
                    [0, 0, 3, 3, 0],
                    [0, 0, 0, 0, 0],
                ],
            )
            self.assertEqual(photo.object_ids()[0, 1], 1 if back_first else 2)
            total = sum((o.labels > 0).sum() for o in found)
            self.assertEqual(total, (photo.object_ids() > 0).sum())
        np.testing.assert_array_equal(back.labels, [[1, 1], [2, 2]])

    def test_of_equals_the_earlier_is_in_front(self):
        first, second = item([[1]]), item([[2]])
        found = labels.separate((first, second))
        self.assertEqual([o.labels.item() for o in found], [1, 0])

    def test_extent(self):
        self.assertEqual(item([[0, 0], [0, 4]], (3, 5)).extent(), (4, 6, 5, 7))
        self.assertIsNone(item([[0]]).extent())
        self.assertEmpty(labels.separate(()))

    def test_parts(self):
        found = dict(labels.parts_of(item([[0, 2], [4, 2]])))
        self.assertEqual([*found], [2, 4])
        np.testing.assert_array_equal(found[2], [[False, True], [False, True]])


class RleTest(absltest.TestCase):
    def test_round_trip(self):
        rng = np.random.default_rng(0)
        for _ in range(300):
            height, width = rng.integers(1, 9, 2)
            whole = rng.random([height, width]) < rng.random()
            x, y = rng.integers(0, width), rng.integers(0, height)
            right = rng.integers(x, width) + 1
            bottom = rng.integers(y, height) + 1
            expected = np.zeros_like(whole)
            expected[y:bottom, x:right] = whole[y:bottom, x:right]
            found = rle.encode(
                whole[y:bottom, x:right], (x, y), int(height), int(width)
            )
            np.testing.assert_array_equal(rle.decode(found), expected)
            counts = rle.run_lengths(expected, (0, 0), height, width)
            # COCO's own: only the first count may be 0.
            self.assertEqual(sum(counts), height * width)
            self.assertNotIn(0, counts[1:-1])


if __name__ == "__main__":
    absltest.main()

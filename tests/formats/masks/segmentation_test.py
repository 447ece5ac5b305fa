from absl.testing import absltest
from absl.testing import parameterized
import hypothesis
from hypothesis.extra import numpy as strategies
import numpy as np
from pycocotools import mask as coco_mask

from kp2part.formats.masks import segmentation

SIZE = (3, 4)
# The rectangle x 1..3, y 1..2: columns 1 and 2, row 1.
MASK = np.zeros(SIZE, bool)
MASK[1, 1:3] = True
COUNTS = [4, 1, 2, 1, 4]


class SegmentationTest(parameterized.TestCase):
    @parameterized.parameters(
        ([[1, 1, 3, 1, 3, 2, 1, 2]],),
        ([[1, 1, 2, 1, 2, 2, 1, 2], [2, 1, 3, 1, 3, 2, 2, 2]],),
        ({"size": [3, 4], "counts": COUNTS},),
        ({"size": [3, 4], "counts": "41202"},),
    )
    def test_forms(self, value):
        found = segmentation.read(value, SIZE, "a")
        self.assertEqual(found.dtype, bool)
        np.testing.assert_array_equal(found, MASK)

    @hypothesis.given(strategies.arrays(bool, (9, 40)))
    def test_text_of_pycocotools(self, mask):
        encoded = coco_mask.encode(np.asfortranarray(mask, np.uint8))
        value = {"size": [9, 40], "counts": encoded["counts"].decode()}
        np.testing.assert_array_equal(
            segmentation.read(value, (9, 40), "a"), mask
        )

    def test_none(self):
        for value in None, []:
            self.assertIsNone(segmentation.read(value, SIZE, "a"))

    def test_size(self):
        value = {"size": [3, 4], "counts": COUNTS}
        self.assertEqual(segmentation.size_of(value), (3, 4))
        for other in [[1, 1, 2, 2, 3, 3]], {"size": [3]}, {"size": [3, "4"]}:
            self.assertIsNone(segmentation.size_of(other))

    @parameterized.parameters(
        ("41202", "must be a list of polygons"),
        ([1, 1, 3, 1, 3, 2], "polygon 0 must be x, y of three.*Received: 1"),
        ([[1, 1, 3, 1]], "polygon 0 must be x, y of three points"),
        ([[1, 1, 3, 1, 3, 2, 1]], "polygon 0 must be x, y of three points"),
        ([[1, 1, 3, 1, 3, float("nan")]], "polygon 0 must be x, y of three"),
        ([[1, 1, 30, 1, 30, 2]], "polygon 0: the box must lie in the photo"),
        ({"size": [4, 3], "counts": COUNTS}, r"`size` .*\[3, 4\].*: \[4, 3\]"),
        ({"counts": COUNTS}, "`size` must be .* Received: None"),
        ({"size": [3, 4], "counts": [4, 1]}, r"add up to 3 \* 4. .*\[4, 1\]"),
        ({"size": [3, 4], "counts": [13, -1]}, "must not be negative"),
        ({"size": [3, 4], "counts": [12.0]}, "`counts` must be whole numbers"),
        ({"size": [3, 4], "counts": "4120"}, r"add up to"),
        ({"size": [3, 4], "counts": "4120R"}, r"must not be negative"),
        ({"size": [3, 4], "counts": "é"}, "`counts` must be whole numbers"),
    )
    def test_errors(self, value, message):
        with self.assertRaisesRegex(
            ValueError, f"a.json: 3: `segmentation`.*{message}"
        ):
            segmentation.read(value, SIZE, "a.json: 3")


if __name__ == "__main__":
    absltest.main()

from absl.testing import absltest
import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.schema import category
from tfrecords_tools.building import label_map

PET = category.Category(
    name="pet",
    classes=("dog",),
    keypoints=("nose",),
    parts={
        "background": ("collar",),
        "head": ("head", "leye"),
        "torso": ("torso",),
        "tail": ("tail",),
    },
)


def make_object(mask: str, **parts: str) -> photo_objects.Object:
    def row(text):
        return np.array([[c != "." for c in text]])

    return photo_objects.Object(
        index=0,
        class_name="dog",
        mask=row(mask),
        parts=tuple(photo_objects.Part(n, row(t)) for n, t in parts.items()),
    )


class DrawTest(absltest.TestCase):
    def draw(self, item, unassigned="background"):
        return label_map.draw(item, PET, unassigned)[0].tolist()

    def test_merged_parts_compete_not_small_ones(self):
        item = make_object(
            "xxxxxxxx.",
            # The eye alone is smaller than the tail; the head is not, so that
            # the tail wins. Of torso and head the head is the smaller.
            leye="..x......",
            head="xxxx.....",
            tail=".xx......",
            torso="...xxxxx.",
        )
        self.assertEqual(self.draw(item), [1, 3, 3, 1, 2, 2, 2, 2, 0])

    def test_order_of_the_file_does_not_matter(self):
        parts = {"torso": ".xxxx", "head": "xxx.."}
        item = make_object("xxxxx", **parts)
        other = make_object("xxxxx", **dict(reversed(parts.items())))
        self.assertEqual(self.draw(item), [1, 1, 1, 2, 2])
        self.assertEqual(self.draw(other), self.draw(item))

    def test_equal_areas(self):
        item = make_object("xxx", torso=".xx", head="xx.")
        self.assertEqual(self.draw(item), [1, 2, 2])

    def test_unassigned(self):
        item = make_object("xxxxx.", torso="xx....", collar=".xx...")
        self.assertEqual(self.draw(item), [2, 2, 0, 0, 0, 0])
        # The collar is known to be no part of ours; other pixels are not.
        self.assertEqual(self.draw(item, "ignore"), [2, 2, 0, 255, 255, 0])

    def test_unknown_part(self):
        item = make_object("x", horn="x")
        with self.assertRaisesRegex(ValueError, "no part for.*'horn'"):
            self.draw(item)

    def test_has_part(self):
        self.assertFalse(label_map.has_part(np.uint8([[0, 255]])))
        self.assertTrue(label_map.has_part(np.uint8([[0, 255, 1]])))


if __name__ == "__main__":
    absltest.main()

import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.formats.names import vocabulary
from kp2part.formats.poses import annotation
from kp2part.labeling import given_boxes
from kp2part.labeling import jobs

OBJECT = (
    "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin>"
    "<xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"
)


def item(x, y, class_name="dog", box=None):
    points = np.array([[x, y, 2], [x + 10, y + 5, 2], [0, 0, 0]], np.float32)
    return annotation.KeypointAnnotation(class_name, box, points, "here")


class GivenBoxesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def write(self, *objects, name="a.xml"):
        text = "".join(OBJECT.format(*each) for each in objects)
        (self.root / name).write_text(f"<annotation>{text}</annotation>")

    def assign(self, *items, frame=None):
        job = jobs.Job("a.jpg", self.root / "a.jpg", items, frame=frame)
        (found,), without = given_boxes.assign([job], self.root)
        return [each.box for each in found.objects], without, found.error

    def test_one_to_one_by_keypoints(self):
        self.write(("dog", 1, 1, 60, 40), ("dog", 8, 8, 25, 20))
        # Both lie in the large box, only the first in the small one.
        found = self.assign(item(10, 10), item(40, 30))
        self.assertEqual(found, ([(7, 7, 25, 20), (0, 0, 60, 40)], 0, None))

    def test_classes(self):
        self.write(("cat", 8, 8, 25, 20), ("Dog", 1, 1, 60, 40))
        found, *_ = self.assign(item(10, 10))
        self.assertEqual(found, [(0, 0, 60, 40)])
        found, *_ = self.assign(item(10, 10, vocabulary.ANY_CLASS))
        self.assertEqual(found, [(7, 7, 25, 20)])

    def test_what_does_not_fit_stays_without(self):
        self.write(("dog", 8, 8, 25, 20))
        found = self.assign(item(10, 10), item(100, 100), item(11, 11))
        self.assertEqual(found[1], 2)

    def test_a_given_box_stays_and_is_taken(self):
        self.write(("dog", 8, 8, 25, 20))
        found = self.assign(item(10, 10, box=(7, 7, 25, 20)), item(11, 11))
        self.assertEqual(found, ([(7, 7, 25, 20), None], 1, None))

    def test_no_file(self):
        self.write(name="b.xml")
        self.assertEqual(self.assign(item(1, 1)), ([None], 1, None))
        self.write(("dog", 8, 8, 25, 20))
        self.assertEqual(self.assign(item(10, 10), frame=0)[0], [None])

    def test_bad_file(self):
        self.write(("dog", 8, 8, 2, 20))
        self.assertIn("must have xmax >= xmin", self.assign(item(1, 1))[2])
        with self.assertRaisesRegex(ValueError, "`boxes` must be a directory"):
            given_boxes.assign([], self.root / "none")


if __name__ == "__main__":
    absltest.main()

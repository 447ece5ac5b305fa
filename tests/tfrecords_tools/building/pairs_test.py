from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.poses import annotation
from tests import tiny_photos
from tfrecords_tools.building import pairs

LEFT, RIGHT = (10, 10, 30, 30), (35, 10, 55, 30)


def make_object(index=0, class_name="dog", instance=""):
    mask = tiny_photos.rectangle(0, 0, 1, 1)
    return photo_objects.Object(index, class_name, mask, instance=instance)


def pose(box=None, class_name="dog", instance="", x=20):
    points = np.float32([[x, 12, 2], [x, 20, 2], [0, 0, 0]])
    return annotation.KeypointAnnotation(
        class_name, box, points, "a test", instance
    )


class PairsTest(parameterized.TestCase):
    def find(self, objects, *poses):
        boxes = {0: LEFT, 1: RIGHT}
        found = pairs.find(objects, boxes, poses, 0.45)
        places = {id(item): j for j, item in enumerate(poses)}
        return {i: places[id(item)] for i, item in found.items()}

    def test_boxes(self):
        objects = [make_object(0), make_object(1), make_object(2)]
        found = self.find(objects, pose(RIGHT), pose(LEFT))
        self.assertEqual(found, {0: 1, 1: 0})

    @parameterized.parameters("dog", "*")
    def test_the_only_ones_of_a_photo(self, class_name):
        found = self.find([make_object()], pose(class_name=class_name))
        self.assertEqual(found, {0: 0})

    @parameterized.parameters(
        ([pose(), pose(x=21)],),
        ([pose(), pose(RIGHT)],),
        ([pose(class_name="cat")],),
        ([pose(x=45)],),  # Not in the object's box.
    )
    def test_without_a_box_it_is_unclear(self, poses):
        self.assertEqual(self.find([make_object()], *poses), {})

    def test_two_objects_and_one_pose(self):
        self.assertEqual(
            self.find([make_object(0), make_object(1)], pose()), {}
        )

    def test_numbers_of_the_masks(self):
        objects = [make_object(0, "*", "1"), make_object(1, "*", "2")]
        poses = pose(instance="2", x=45), pose(instance="1")
        self.assertEqual(self.find(objects, *poses), {0: 1, 1: 0})
        # A name that the masks do not have; a number in two poses.
        self.assertEqual(self.find(objects[:1], pose(instance="rex")), {})
        twice = pose(instance="1"), pose(instance="1", x=21)
        self.assertEqual(self.find(objects, *twice), {})


if __name__ == "__main__":
    absltest.main()

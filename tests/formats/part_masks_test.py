import dataclasses
import pathlib

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.formats import part_masks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.names import vocabulary
from kp2part.formats.plain import mask_files
from kp2part.formats.plain import png_writer
from tests import tiny_photos
from tests.formats import labeled_photos

DOG = dataclasses.replace(tiny_photos.CATEGORY, classes=("dog",))
PARTS = [[0, 1, 1, 2, 0, 255], [0, 1, 2, 2, 1, 0]]
OBJECTS = [[0, 1, 1, 1, 0, 255], [0, 3, 3, 1, 3, 3]]


class PartMasksTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def save(self, name, values, dtype=np.uint8):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.asarray(values, dtype))
        return path

    def mask_file(self, parts=PARTS, objects=None, dtype=np.uint8):
        return mask_files.MaskFile(
            self.save("p1.png", parts),
            None if objects is None else self.save("o.png", objects, dtype),
        )

    def test_one_object(self):
        (dog,) = self.mask_file().read(DOG)
        self.assertEqual((dog.index, dog.class_name), (0, "dog"))
        self.assertTrue(dog.may_be_several)
        np.testing.assert_array_equal(dog.labels, PARTS)
        self.assertEqual(dog.box, (1, 0, 5, 2))  # Without the ignored pixel.

    def test_class_of_a_mask_is_unknown_where_there_are_several(self):
        (animal,) = self.mask_file().read(tiny_photos.CATEGORY)
        self.assertEqual(animal.class_name, vocabulary.ANY_CLASS)

    def test_objects(self):
        one, three = self.mask_file(objects=OBJECTS).read(DOG)
        self.assertEqual([one.index, three.index], [0, 2])
        self.assertFalse(one.may_be_several)
        np.testing.assert_array_equal(
            one.labels, [[0, 1, 1, 2, 0, 255], [0, 0, 0, 2, 0, 0]]
        )
        np.testing.assert_array_equal(
            three.labels, [[0, 0, 0, 0, 0, 255], [0, 1, 2, 0, 1, 0]]
        )
        # Pixels of an object that are in no part count for its box.
        self.assertEqual(three.box, (1, 1, 6, 2))

    def test_a_part_of_no_object_is_ignored(self):
        objects = np.asarray(OBJECTS)
        objects[0, 1] = 0
        one, three = self.mask_file(objects=objects).read(DOG)
        for item in one, three:
            self.assertEqual(item.labels[0, 1], 255)

    def test_more_than_255_objects_need_16_bits(self):
        objects = np.asarray(OBJECTS) * 100
        objects[0, 5] = 255
        numbers = self.mask_file(objects=objects, dtype=np.uint16).read(DOG)
        self.assertEqual([item.index for item in numbers], [99, 254, 299])

    def test_nothing_in_it(self):
        empty = np.zeros((2, 6))
        self.assertEmpty(self.mask_file(empty).read(DOG))
        self.assertEmpty(self.mask_file(empty, empty).read(DOG))

    def test_errors(self):
        for parts, objects, message in (
            (
                [[0, 3, 9]],
                None,
                "p1.png: .*1 head, 2 torso;.*Received: 3, 9",
            ),
            (PARTS, [[1, 2]], r"o.png: .*\(2, 6\).*Received: \(1, 2\)"),
            (
                np.ones((1, 120)),
                np.arange(120)[None],
                "o.png: must have at most 100 objects. .*: 119 different",
            ),
        ):
            file = self.mask_file(parts, objects)
            with self.assertRaisesRegex(ValueError, message):
                file.read(DOG)

    def test_directories(self):
        self.save("parts/p1.png", PARTS)
        self.save("objects/p1.png", OBJECTS)
        masks = part_masks.read(self.root / "parts", self.root / "objects", DOG)
        self.assertEqual(list(masks.ids), ["p1"])
        self.assertLen(masks.find("p1").read(DOG), 2)
        masks.expect(["p1", "p2"])
        for path in masks.find("p2").files:
            self.assertEqual(path.name, "p2.png")
        tiny_photos.save_mat(self.root / "mats/p1.mat", [tiny_photos.animal()])
        (self.root / "mats/preview.png").touch()
        mats = part_masks.read(self.root / "mats", None, DOG)
        (dog,) = mats.find("p1").read(DOG)
        self.assertEqual(dog.class_name, "dog")
        with self.assertRaisesRegex(ValueError, "`instances` is for .png"):
            part_masks.read(self.root / "mats", self.root / "objects", DOG)

    def test_what_we_write(self):
        png_writer.write(
            labeled_photos.photos(), labeled_photos.CATEGORY, self.root
        )
        masks = mask_files.MaskDirectory(
            self.root / png_writer.MASKS, self.root / png_writer.INSTANCES
        )
        num_objects = 0
        for photo in labeled_photos.photos():
            found = masks.find(label_names.stem(photo)).read(
                labeled_photos.CATEGORY
            )
            for item in found:
                ours = photo.objects[item.index]
                drawn = np.zeros((photo.height, photo.width), np.uint8)
                drawn[labels.crop_of(ours)] = ours.labels
                np.testing.assert_array_equal(item.labels, drawn)
            num_objects += len(found)
        objects = [item for p in labeled_photos.photos() for item in p.objects]
        self.assertEqual(
            num_objects, sum(o.extent() is not None for o in objects)
        )

    def test_neither(self):
        with self.assertRaisesRegex(
            ValueError,
            f"{self.root}: has no .mat .* no .png mask and no .json",
        ):
            part_masks.read(self.root, None, DOG)


if __name__ == "__main__":
    absltest.main()

import dataclasses
import pathlib
import unittest

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import part_masks
from kp2part.formats.coco import parts as coco_parts
from kp2part.formats.cvat import writer as cvat_writer
from kp2part.formats.labeled import labels
from kp2part.schema import category as category_lib
from tests.formats import labeled_photos

IMAGE = '<image id="0" name="a/p1.jpg" width="6" height="4">{}</image>'
SKELETON = '<skeleton label="dog" group_id="1"></skeleton>'
# Row 1, columns 2 and 3; row 2, column 2.
HEAD = (
    '<mask label="head" rle="1, 3" left="2" top="1" width="2" height="2" '
    'group_id="1"/>'
).replace("1, 3", "0, 3, 1")
BODY = '<polygon label="body" points="0,0;2,0;2,2;0,2" group_id="1"/>'
BOX = '<box label="dog" xtl="0" ytl="0" xbr="5" ybr="4" group_id="1"/>'


class CvatMasksTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "masks.xml"

    def masks(self, *images, version="1.1"):
        self.path.write_text(
            f"<annotations><version>{version}</version>{''.join(images)}"
            "</annotations>"
        )
        return part_masks.read(self.path, None, labeled_photos.CATEGORY)

    def read(self, *shapes):
        photo = self.masks(IMAGE.format("".join(shapes))).find("a/p1")
        return photo.read(labeled_photos.CATEGORY)

    def test_skeleton_and_its_parts(self):
        (dog,) = self.read(SKELETON, HEAD, BODY)
        self.assertEqual((dog.class_name, dog.instance), ("dog", "1"))
        head, body = dog.parts
        self.assertEqual((head.name, body.name), ("head", "body"))
        found = head.mask + 2 * body.mask
        np.testing.assert_array_equal(
            found,
            [
                [2, 2, 0, 0, 0, 0],
                [2, 2, 1, 1, 0, 0],
                [0, 0, 1, 0, 0, 0],
                [0, 0, 0, 0, 0, 0],
            ],
        )
        self.assertEqual(dog.box, (0, 0, 4, 3))

    def test_box_and_skeleton_are_one_object(self):
        for shapes in (SKELETON, BOX, HEAD), (BOX, HEAD, SKELETON):
            (dog,) = self.read(*shapes)
            self.assertLen(dog.parts, 1)
        other = (SKELETON + HEAD).replace('id="1"', 'id="2"')
        one, _ = self.read(BOX, other)
        self.assertEqual(one.box, (0, 0, 5, 4))

    def test_boxes_of_parts_and_of_other_objects(self):
        for label, count in (("head", 1), ("sofa", 2)):
            box = BOX.replace("dog", label).replace('id="1"', 'id="0"')
            self.assertLen(self.read(SKELETON, HEAD, box), count)
        box = BOX.replace("dog", "face")
        self.assertLen(self.read(SKELETON, HEAD, box), 1)

    def test_groups_tell_objects_apart(self):
        other = (SKELETON + HEAD).replace('group_id="1"', 'group_id="2"')
        one, two = self.read(SKELETON, other, BODY)
        self.assertEqual([p.name for p in one.parts], ["body"])
        self.assertEqual([p.name for p in two.parts], ["head"])

    @parameterized.parameters(
        ((SKELETON, HEAD.replace('id="1"', 'id="0"')), "Group each part with"),
        ((SKELETON, BODY, HEAD.replace("head", "leg")), "unknown part 'leg'"),
        ((HEAD.replace("0, 3", "0, 9"),), "`counts` must not be.* add up to"),
        ((HEAD.replace("0, 3", "-1, 3"),), "`rle` must be whole numbers"),
        ((HEAD.replace('left="2"', 'left="20"'),), "must lie in the photo"),
        ((HEAD.replace('left="2"', ""),), "mask 0: `left` must be a finite"),
        ((BODY.replace(";2,2;0,2", ""),), "polygon 0 must be x, y of three"),
        (
            (BOX, BOX.replace('"5"', '"4"'), HEAD),
            "box 1: its group has another",
        ),
        ((SKELETON,), "must name parts of 'pet'.*Received: 'dog'"),
    )
    def test_errors(self, shapes, message):
        with self.assertRaisesRegex(ValueError, message):
            self.read(*shapes)

    def test_files_that_are_none(self):
        with self.assertRaisesRegex(ValueError, "has tracks, of a video"):
            self.masks("<track/>")
        with self.assertRaisesRegex(ValueError, "version '1.0'"):
            self.masks(version="1.0")

    def test_what_we_write(self):
        category = dataclasses.replace(
            labeled_photos.CATEGORY, any_class=("animal",)
        )
        cvat_writer.write(
            labeled_photos.photos(), labeled_photos.CATEGORY, self.path
        )
        masks = part_masks.read(self.path, None, category)
        for photo in labeled_photos.photos():
            name = cvat_writer.label_names.stem(photo)
            found = masks.find(name).read(category)
            self.assertLen(found, len(photo.objects))
            for theirs, ours in zip(found, photo.objects, strict=True):
                drawn = np.zeros((photo.height, photo.width), np.uint8)
                drawn[labels.crop_of(ours)] = ours.labels
                read = np.zeros_like(drawn)
                for part in theirs.parts:
                    read[part.mask] = category.part_of(part.name)
                np.testing.assert_array_equal(read, drawn)


@unittest.skipUnless(
    labeled_photos.FIXTURES.is_dir(), "needs the files in ../shared/formats"
)
class FixturesTest(absltest.TestCase):
    def test_same_masks_as_in_coco(self):
        quadruped = category_lib.load("quadruped")
        path = labeled_photos.FIXTURES / "cvat/images_1.1_skeletons_masks.xml"
        ours = part_masks.read(path, None, quadruped)
        path = labeled_photos.FIXTURES / "coco/parts_rle_compressed.json"
        theirs = coco_parts.read(path, quadruped)
        for name in "cow_a", "dog_b", "two_c":
            for a, b in zip(
                ours.find(name).read(quadruped),
                theirs.find(name).read(quadruped),
                strict=True,
            ):
                for one, other in zip(a.parts, b.parts, strict=True):
                    self.assertEqual(one.name, other.name)
                    np.testing.assert_array_equal(one.mask, other.mask)


if __name__ == "__main__":
    absltest.main()

import dataclasses
import json
import pathlib
import unittest

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import part_masks
from kp2part.formats.coco import parts as coco_parts
from kp2part.formats.coco import writer as coco_writer
from kp2part.formats.labeled import labels
from kp2part.schema import category as category_lib
from tests.formats import labeled_photos

CATEGORY = dataclasses.replace(labeled_photos.CATEGORY, any_class=("animal",))
NAMES = "dog", "head", "torso", "tail", "cat", "sofa", "dog:head", "taill"
SIZE = (20, 30)


def rectangle(xmin, ymin, xmax, ymax):
    """Returns an annotation's segmentation and box."""
    sides = xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax
    return {
        "segmentation": [list(sides)],
        "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
    }


def item(name, xmin, ymin, xmax, ymax, **fields):
    return {
        "image_id": 1,
        "category_id": NAMES.index(name),
        **rectangle(xmin, ymin, xmax, ymax),
        **fields,
    }


DOG = item("dog", 0, 0, 10, 10, id=1)
CAT = item("cat", 12, 0, 22, 10, id=2)
HEAD = item("head", 0, 0, 4, 10, id=3)
TORSO = item("torso", 14, 0, 22, 10, id=4)


def coco(*annotations, **changes):
    return {
        "images": [
            {"id": 1, "file_name": "a/p1.jpg", "height": 20, "width": 30}
        ],
        "categories": [{"id": i, "name": n} for i, n in enumerate(NAMES)],
        "annotations": list(annotations),
        **changes,
    }


class CocoPartsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def masks(self, *annotations, **changes):
        path = self.root / "parts.json"
        path.write_text(json.dumps(coco(*annotations, **changes)))
        return part_masks.read(path, None, CATEGORY)

    def read(self, *annotations, **changes):
        return self.masks(*annotations, **changes).find("a/p1").read(CATEGORY)

    def parts(self, *annotations):
        """Returns class, index and parts of each object."""
        return [
            (o.class_name, o.index, [(p.name, p.mask.sum()) for p in o.parts])
            for o in self.read(*annotations)
        ]

    @parameterized.parameters(
        ({}, {}),  # The only object that it lies in.
        ({"parent_id": 1}, {"parent_id": "2"}),
        ({"obj_ann_id": 1}, {"obj_ann_id": 2.0}),
        ({"parent_id": 1, "obj_ann_id": 1}, {"parent_id": 2}),
    )
    def test_parts_join_their_object(self, of_head, of_torso):
        found = self.parts(DOG, HEAD | of_head, TORSO | of_torso, CAT)
        self.assertEqual(
            found,
            [("dog", 0, [("head", 40)]), ("cat", 1, [("torso", 80)])],
        )

    def test_object_ids(self):
        same, other = {"object_id": 7}, {"object_id": "8"}
        dog, cat = DOG | same, DOG | other | {"id": 5}
        found = self.parts(dog, cat, HEAD | other, HEAD | same, HEAD | other)
        self.assertEqual([len(parts) for _, _, parts in found], [1, 2])

    def test_the_link_counts_more_than_the_place(self):
        found = self.parts(DOG, CAT, HEAD | {"parent_id": 2})
        self.assertEqual([len(parts) for _, _, parts in found], [0, 1])

    def test_a_whole_object_of_paco_names_itself(self):
        found = self.parts(DOG | {"obj_ann_id": 1}, HEAD | {"obj_ann_id": 1})
        self.assertEqual(found, [("dog", 0, [("head", 40)])])

    def test_names_of_parts(self):
        other = item("dog:head", 0, 0, 2, 2)
        self.assertEqual(
            self.parts(DOG, other, HEAD),
            [("dog", 0, [("head", 4), ("head", 40)])],
        )

    @parameterized.parameters(
        ((HEAD | {"parent_id": 9},), "'9' .* one object.*none. Give each part"),
        ((DOG, HEAD | {"object_id": 3}, DOG | {"id": 8}), "0, annotation 2. G"),
        (
            (DOG, DOG | {"id": 8}, HEAD),
            "lies in must be one .* 0, annotation 1",
        ),
        ((CAT, HEAD), r"annotation 1 \(head\): .*lies in must be.*none"),
        ((HEAD | {"parent_id": 1, "obj_ann_id": 2},), "must not differ"),
        (
            (DOG, item("sofa", 0, 0, 2, 2, parent_id=1)),
            r"annotation 1 \(sofa\): unknown part 'sofa'.*'background' to",
        ),
        (
            (DOG, item("taill", 0, 0, 2, 2)),
            r"1 \(taill\): lies in annotation 0 \(dog\): .*nearest: tail",
        ),
        (
            (DOG | {"object_id": 5}, item("sofa", 20, 15, 22, 17, object_id=5)),
            r"annotation 1 \(sofa\): unknown part 'sofa'",
        ),
        ((DOG, HEAD | {"segmentation": []}), "must have a `segmentation`"),
        ((DOG | {"category_id": 77},), "`category_id` must be one of.*77"),
        ((DOG | {"bbox": [1, 2]},), r"0 \(dog\): `bbox` must be 4 finite"),
        ((DOG | {"segmentation": 3},), r"0 \(dog\): `segmentation` must"),
    )
    def test_errors(self, annotations, message):
        with self.assertRaisesRegex(ValueError, f"parts.json: .*{message}"):
            self.read(*annotations)

    @parameterized.parameters(
        (coco({}), "annotation 0: `image_id` must be a whole number"),
        (coco(DOG | {"image_id": 2}), "annotation 0: `image_id` must be one"),
        (coco(3), "annotation 0: must be an object. Received: 3"),
        (
            coco(categories=[{"id": 1, "name": "haed"}]),
            "parts of 'pet': head, body, tail. Received: 'haed' .nearest: head",
        ),
        (coco(images={"1": "a"}), "is in Animal-Pose's format"),
    )
    def test_errors_before_a_photo_is_read(self, fields, message):
        path = self.root / "parts.json"
        path.write_text(json.dumps(fields))
        with self.assertRaisesRegex(ValueError, f"parts.json: .*{message}"):
            part_masks.read(path, None, CATEGORY)

    def test_a_misspelled_part_in_a_box(self):
        boxed = DOG | {"segmentation": None}
        with self.assertRaisesRegex(ValueError, "nearest: tail"):
            self.read(boxed, item("taill", 0, 0, 2, 2))
        # A sofa may be in the box of a dog; not in its mask.
        self.assertLen(self.read(boxed, item("sofa", 0, 0, 2, 2)), 2)
        with self.assertRaisesRegex(ValueError, "unknown part 'sofa'"):
            self.read(DOG, item("sofa", 0, 0, 2, 2))

    def test_other_objects_count_for_overlaps(self):
        crowd = CAT | {"iscrowd": 1}
        dog, sofa, cats = self.read(DOG, item("sofa", 5, 5, 15, 15), crowd)
        self.assertEqual(dog.box, (0, 0, 10, 10))
        self.assertEqual((sofa.class_name, sofa.box), ("sofa", (5, 5, 15, 15)))
        self.assertEqual(cats.class_name, "cat (crowd)")

    def test_parts_of_other_objects_are_left_out(self):
        sofa = item("sofa", 0, 0, 9, 9, id=6)
        self.assertEqual(
            self.parts(sofa, item("taill", 1, 1, 5, 5, parent_id=6)),
            [("sofa", 0, [])],
        )

    def test_object_without_a_mask(self):
        boxed = DOG | {"segmentation": []}
        (dog,) = self.read(boxed)
        self.assertEqual(dog.box, (0, 0, 10, 10))
        (dog,) = self.read(boxed, HEAD)
        self.assertEqual(dog.box, (0, 0, 4, 10))

    def test_parts_without_a_whole_object(self):
        (pet,) = self.read(HEAD, TORSO)
        self.assertEqual((pet.class_name, pet.may_be_several), ("*", True))
        self.assertEqual(pet.box, (0, 0, 22, 10))
        one, two = self.read(HEAD | {"object_id": 1}, TORSO | {"object_id": 2})
        self.assertEqual((one.box, two.may_be_several), ((0, 0, 4, 10), False))

    def test_a_class_of_any_kind(self):
        names = [{"id": 0, "name": "Animal"}, {"id": 1, "name": "head"}]
        (pet,) = self.read(DOG, HEAD, categories=names)
        self.assertEqual(pet.class_name, "*")

    def test_a_name_of_two_parts(self):
        parts = {"background": (), "a": ("head",), "head": ("a",)}
        crossed = dataclasses.replace(CATEGORY, parts=parts, palette=())
        photo = self.masks(DOG, HEAD).find("p1")
        with self.assertRaisesRegex(
            ValueError, r"\(head\): 'head' may be the part 'head' .*under 'a'"
        ):
            photo.read(crossed)

    def test_size_in_run_lengths_only(self):
        images = [{"id": 1, "file_name": "a/p1.jpg"}]
        counts = {"size": [20, 30], "counts": [0, 20, 580]}
        (dog,) = self.read(DOG | {"segmentation": counts}, images=images)
        self.assertEqual(dog.mask.shape, SIZE)
        with self.assertRaisesRegex(
            ValueError, "p1.jpg: `images` must have its width and height"
        ):
            self.read(DOG, images=images)

    def test_photos(self):
        masks = self.masks(DOG)
        self.assertEqual(list(masks.ids), ["a/p1"])
        self.assertEqual(masks.find_id("x/a/P1.png"), "a/p1")
        masks.expect(["p1", "p2"])
        self.assertEqual(
            masks.find("p2").error,
            f"{self.root}/parts.json: has no photo 'p2'. "
            "--skip_bad_images skips such photos.",
        )
        with self.assertRaisesRegex(ValueError, "has no photo 'p2'"):
            masks.find("p2").read(CATEGORY)
        self.assertEmpty(self.masks().find("p1").read(CATEGORY))

    def test_fingerprint(self):
        one, same = (self.masks(DOG, HEAD).find("p1") for _ in range(2))
        self.assertEqual(one.fingerprint, same.fingerprint)
        other = self.masks(DOG, TORSO).find("p1")
        self.assertNotEqual(one.fingerprint, other.fingerprint)

    def test_directory(self):
        names = "p1.jpg", "p2.jpg"
        for name in names:
            image = {"id": 1, "file_name": name, "height": 20, "width": 30}
            path = self.root / f"{name}.json"
            path.write_text(json.dumps(coco(DOG, HEAD, images=[image])))
        masks = part_masks.read(self.root, None, CATEGORY)
        self.assertEqual(list(masks.ids), ["p1", "p2"])
        self.assertLen(masks.find("p2").read(CATEGORY), 1)
        path.write_text((self.root / "p1.jpg.json").read_text())
        with self.assertRaisesRegex(
            ValueError, "p2.jpg.json: p1.jpg: .* once. It is in .*p1.jpg.json"
        ):
            part_masks.read(self.root, None, CATEGORY)

    def test_what_we_write(self):
        path = self.root / "written.json"
        coco_writer.write(
            labeled_photos.photos(), labeled_photos.CATEGORY, path
        )
        masks = coco_parts.read(path, CATEGORY)
        for photo in labeled_photos.photos():
            found = masks.find(coco_id(photo)).read(CATEGORY)
            self.assertLen(found, len(photo.objects))
            for theirs, ours in zip(found, photo.objects, strict=True):
                drawn = np.zeros((photo.height, photo.width), np.uint8)
                drawn[labels.crop_of(ours)] = ours.labels
                read = np.zeros_like(drawn)
                for part in theirs.parts:
                    read[part.mask] = CATEGORY.part_of(part.name)
                np.testing.assert_array_equal(read, drawn)


def coco_id(photo):
    return coco_writer.label_names.stem(photo)


@unittest.skipUnless(
    labeled_photos.FIXTURES.is_dir(), "needs the files in ../shared/formats"
)
class FixturesTest(parameterized.TestCase):
    @parameterized.parameters("compressed", "uncompressed")
    def test_parts_of_two_animals(self, kind):
        path = labeled_photos.FIXTURES / "coco" / f"parts_rle_{kind}.json"
        quadruped = category_lib.load("quadruped")
        masks = part_masks.read(path, None, quadruped)
        self.assertEqual(list(masks.ids), ["cow_a", "dog_b", "two_c"])
        one, two = masks.find("two_c").read(quadruped)
        for found, areas in ((one, 2237), (two, 1686)):
            self.assertEqual(
                [part.name for part in found.parts],
                ["head", "torso", "legs", "tail"],
            )
            union = np.any([part.mask for part in found.parts], axis=0)
            np.testing.assert_array_equal(union, found.mask)
            self.assertEqual(found.mask.sum(), areas)


if __name__ == "__main__":
    absltest.main()

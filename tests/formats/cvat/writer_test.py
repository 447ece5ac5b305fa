import dataclasses
import pathlib
import unittest
import xml.etree.ElementTree as ET

from absl.testing import absltest
import hypothesis
import numpy as np

from kp2part.formats.cvat import writer as cvat_writer
from tests.formats import labeled_photos
from tests.formats import mutations


def mask_of(element: ET.Element, height: int, width: int) -> np.ndarray:
    """Returns the mask of an element, bool [height, width]."""
    counts = [int(n) for n in element.attrib["rle"].split(",")]
    names = "left", "top", "width", "height"
    x, y, w, h = (int(element.attrib[name]) for name in names)
    values = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    mask = np.zeros([height, width], bool)
    mask[y : y + h, x : x + w] = values.reshape(h, w)
    return mask


class CvatWriterTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "parts.xml"

    def written(self, photos, category=labeled_photos.CATEGORY):
        cvat_writer.write(photos, category, self.path)
        return ET.parse(self.path).getroot()

    def test_elements(self):
        root = self.written(labeled_photos.photos())
        first, second, third, frame = root.findall("image")
        self.assertEqual(
            first.attrib,
            {"id": "0", "name": "pets/rex & co.jpg", "width": "7",
             "height": "8"},
        )  # fmt: skip
        dog, pet = first.findall("skeleton")
        self.assertEqual((dog.get("label"), pet.get("label")), ("dog", "pet"))
        self.assertEqual(
            [[p.get(k) for k in ("label", "points", "outside", "occluded")]
             for p in dog],
            [["left_ear", "1.6,2.5", "0", "0"],
             ["right_ear", "4.25,3.0", "0", "1"],
             # Where people find it: in the middle of the others.
             ["nose", "2.92,2.75", "1", "0"]],
        )  # fmt: skip
        self.assertEqual(
            [(m.get("label"), m.get("group_id"), m.get("rle"), m.get("left"))
             for m in first.findall("mask")],
            [("head", "1", "0, 2, 1, 1", "2"), ("body", "1", "0, 1", "4"),
             ("tail", "2", "0, 2", "6")],
        )  # fmt: skip
        self.assertEmpty(second)
        self.assertLen(third, 1)
        self.assertEqual({p.get("outside") for p in third[0]}, {"1"})
        self.assertEqual(frame.get("id"), "12")
        self.assertEqual(frame.get("name"), "walks/a/frame_000012.png")

    def test_labels(self):
        root = self.written(())
        found = [
            (x.findtext("name"), x.findtext("type"), x.findtext("parent"))
            for x in root.iterfind("meta/task/labels/label")
        ]
        self.assertIn(("dog", "skeleton", None), found)
        self.assertIn(("nose", "points", "dog"), found)
        self.assertIn(("tail", "mask", None), found)
        self.assertNotIn(("background", "mask", None), found)

    @unittest.skipUnless(
        labeled_photos.FIXTURES.is_dir(), "needs ../shared/formats"
    )
    def test_fixture(self):
        root = self.written(*labeled_photos.fixture())
        path = (
            labeled_photos.FIXTURES / "cvat" / "images_1.1_skeletons_masks.xml"
        )
        expected = ET.parse(path).getroot()
        for kind in "mask", "skeleton", "skeleton/points":
            pairs = zip(
                root.iterfind(f"image/{kind}"),
                expected.iterfind(f"image/{kind}"),
                strict=True,
            )
            for ours, theirs in pairs:
                self.assert_same(dict(ours.attrib), dict(theirs.attrib))

    def assert_same(self, ours, theirs):
        for fields in ours, theirs:
            del fields["source"]
            fields["label"] = fields["label"].replace("_", "")
            # The first image also has other shapes of CVAT's.
            fields.setdefault("z_order", "0")
            if points := fields.pop("points", None):
                fields["points"] = [float(x) for x in points.split(",")]
        if theirs.get("outside") == "1":
            for fields in ours, theirs:
                del fields["points"], fields["occluded"]
        self.assertEqual(ours, theirs)

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        root = self.written(photos)
        images = root.findall("image")
        for image, photo in zip(images, photos, strict=True):
            self.assertEqual(image.get("name"), photo.name)
            skeletons = image.findall("skeleton")
            for skeleton, item in zip(skeletons, photo.objects, strict=True):
                self.assertEqual(skeleton.get("label"), item.class_name)
                self.check_points(skeleton, item.keypoints)
            self.check_masks(image, photo)
        labeled_photos.check_keypoints(self, self.path, photos, atol=1e-6)

    def check_points(self, skeleton, keypoints):
        for point, (x, y, v) in zip(skeleton, keypoints, strict=True):
            self.assertEqual(point.get("outside"), str(int(v == 0)))
            self.assertEqual(point.get("occluded"), str(int(v == 1)))
            if v:
                found = [float(n) - 0.5 for n in point.get("points").split(",")]
                np.testing.assert_allclose(found, [x, y], atol=1e-6)

    def check_masks(self, image, photo):
        parts = np.zeros([photo.height, photo.width], np.uint8)
        objects = np.zeros([photo.height, photo.width], np.uint16)
        for element in image.findall("mask"):
            mask = mask_of(element, photo.height, photo.width)
            self.assertFalse(parts[mask].any())
            names = [*labeled_photos.CATEGORY.parts]
            parts[mask] = names.index(element.get("label"))
            objects[mask] = int(element.get("group_id"))
        np.testing.assert_array_equal(parts, photo.part_ids())
        np.testing.assert_array_equal(objects, photo.object_ids())

    def test_a_label_for_two(self):
        category = dataclasses.replace(
            labeled_photos.CATEGORY, classes=("cat", "tail")
        )
        with self.assertRaisesRegex(ValueError, r"Received: \['tail'\]"):
            self.written(labeled_photos.photos(), category)

    def test_same_bytes(self):
        self.written(labeled_photos.photos())
        first = self.path.read_bytes()
        self.written(labeled_photos.photos())
        self.assertEqual(self.path.read_bytes(), first)

    def test_an_error_leaves_nothing(self):
        def broken():
            yield labeled_photos.photos()[0]
            raise RuntimeError("photo")

        with self.assertRaisesRegex(RuntimeError, "photo"):
            self.written(broken())
        self.assertEmpty([*self.path.parent.iterdir()])


if __name__ == "__main__":
    absltest.main()

import contextlib
import io
import json
import pathlib
import unittest

from absl.testing import absltest
import hypothesis
import numpy as np
from pycocotools import coco as coco_api

from kp2part.formats import readers
from kp2part.formats.coco import writer as coco_writer
from kp2part.formats.names import vocabulary
from kp2part.schema import boxes
from tests.formats import labeled_photos
from tests.formats import mutations


class CocoWriterTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "parts.json"

    def written(self, photos, category=labeled_photos.CATEGORY):
        coco_writer.write(photos, category, self.path)
        return json.loads(self.path.read_text())

    def test_fields(self):
        fields = self.written(labeled_photos.photos())
        names = ["cat", "dog", "pet", "head", "body", "tail"]
        self.assertEqual([c["name"] for c in fields["categories"]], names)
        self.assertEqual(
            [c["id"] for c in fields["categories"]], [*range(1, 7)]
        )
        self.assertEqual(fields["categories"][1]["skeleton"], [[1, 3], [2, 3]])
        self.assertEqual(
            fields["images"][3],
            {"id": 4, "file_name": "walks/a/frame_000012.png", "width": 9,
             "height": 8, "video": "walks/a.mp4", "frame": 12},
        )  # fmt: skip
        dog, head, body, pet, tail, cat, *_ = fields["annotations"]
        # Zeros first, down the columns of a photo of 8 x 7.
        mask = {"size": [8, 7], "counts": dog["segmentation"]["counts"]}
        self.assertEqual(
            dog,
            {"id": 1, "image_id": 1, "object_id": 1, "category_id": 2,
             "segmentation": mask, "area": 4, "iscrowd": 0,
             "bbox": [2.0, 1.0, 3.0, 2.0],
             "keypoints": [1.1, 2.0, 2.0, 3.75, 2.5, 1.0, 0.0, 0.0, 0.0],
             "num_keypoints": 2, "score": 0.7,
             "attributes": {"given_box": [1.5, 0.5, 4.5, 3.5]},
             "track_id": "rex"},
        )  # fmt: skip
        for part, number, area, score in (head, 4, 3, 0.9), (body, 5, 1, 0.8):
            self.assertEqual(part["category_id"], number)
            self.assertEqual(part["area"], area)
            self.assertEqual(part["score"], score)
            self.assertEqual((part["parent_id"], part["object_id"]), (1, 1))
        self.assertEqual((pet["id"], pet["category_id"]), (4, 3))
        self.assertEqual((tail["parent_id"], tail["object_id"]), (4, 2))
        self.assertEqual(cat["bbox"], [0.0, 3.0, 2.0, 2.0])
        self.assertEqual((cat["area"], cat["num_keypoints"]), (0, 0))
        self.assertNotIn("attributes", cat)

    def test_fiftyone_takes_all_fields(self):
        known = {
            "id", "image_id", "category_id", "segmentation", "area", "iscrowd",
            "bbox", "keypoints", "num_keypoints", "score", "attributes",
            "track_id", "object_id", "parent_id",
        }  # fmt: skip
        for item in self.written(labeled_photos.photos())["annotations"]:
            self.assertContainsSubset(item, known)

    @unittest.skipUnless(
        labeled_photos.FIXTURES.is_dir(), "needs ../shared/formats"
    )
    def test_fixture(self):
        found = self.written(*labeled_photos.fixture())
        path = labeled_photos.FIXTURES / "coco" / "parts_rle_compressed.json"
        expected = json.loads(path.read_text())["annotations"]
        for ours, theirs in zip(found["annotations"], expected, strict=True):
            theirs.pop("object_id", None)  # There, the id of the whole.
            theirs.pop("score", None)
            self.assertEqual(ours, {**ours, **theirs})

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        self.written(photos)
        self.check_masks(photos)
        labeled_photos.check_keypoints(self, self.path, photos, atol=0)

    def check_masks(self, photos):
        with contextlib.redirect_stdout(io.StringIO()):
            read = coco_api.COCO(self.path)
        for image_id, photo in enumerate(photos, 1):
            items = read.loadAnns(read.getAnnIds(image_id))
            wholes = [item for item in items if "parent_id" not in item]
            found = np.zeros([photo.height, photo.width], np.uint8)
            for item in items:
                mask = read.annToMask(item).astype(bool)
                self.assertEqual(mask.sum(), item["area"])
                if extent := boxes.extent(mask):
                    x, y, width, height = item["bbox"]
                    self.assertEqual(extent, (x, y, x + width, y + height))
                if item not in wholes:
                    found[mask] = item["category_id"] - 3
            np.testing.assert_array_equal(found, photo.part_ids())
            for i, item in enumerate(wholes, 1):
                np.testing.assert_array_equal(
                    read.annToMask(item), photo.object_ids() == i
                )

    def test_our_reader_finds_boxes(self):
        photos = labeled_photos.named_photos()
        self.written(photos)
        known = vocabulary.Vocabulary(labeled_photos.CATEGORY)
        read = readers.read_file(self.path, known)
        found = [x.box for items in read.annotations.values() for x in items]
        expected = [
            item.extent()
            for photo in photos
            for item in photo.objects
            if item.keypoints.any()
        ]
        self.assertEqual(found, expected)

    def test_any_class_is_read_back(self):
        self.written(labeled_photos.photos())
        read = readers.read(self.path, labeled_photos.CATEGORY)
        (dog, pet) = read["pets/rex & co"]
        self.assertEqual(dog.class_name, "dog")
        self.assertEqual(pet.class_name, vocabulary.ANY_CLASS)

    def test_same_bytes(self):
        self.written(labeled_photos.photos())
        first = self.path.read_bytes()
        self.written(iter(labeled_photos.photos()))
        self.assertEqual(self.path.read_bytes(), first)

    def test_an_error_leaves_nothing(self):
        def broken():
            yield labeled_photos.photos()[0]
            raise RuntimeError("photo")

        with self.assertRaisesRegex(RuntimeError, "photo"):
            self.written(broken())
        self.assertEmpty([*self.path.parent.iterdir()])

    def test_nothing(self):
        fields = self.written(())
        self.assertEmpty(fields["annotations"])
        self.assertEmpty(fields["images"])


if __name__ == "__main__":
    absltest.main()

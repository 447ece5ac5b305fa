import dataclasses
import json
import pathlib
import unittest
import xml.etree.ElementTree as ET

from absl.testing import absltest
import hypothesis
import numpy as np

from kp2part.formats.label_studio import writer as label_studio_writer
from kp2part.formats.masks import brush_rle
from tests.formats import brush_bits
from tests.formats import labeled_photos
from tests.formats import mutations


class BrushRleTest(absltest.TestCase):
    def test_bytes(self):
        # 2 x 3 pixels of which one is in the mask: runs of 8, 4 and 12 values.
        found = brush_rle.encode(np.array([[True]]), (2, 0), 2, 3)
        bits = (
            f"{24:032b}" "00111" "0010" "0011" "0111" "1111"
            "1" "00" "111" "00000000" "1" "00" "011" "11111111"
            "1" "01" "1011" "00000000"
        )  # fmt: skip
        self.assertEqual(len(bits) % 8, 0)
        expected = int(bits, 2).to_bytes(len(bits) // 8, "big")
        self.assertEqual(bytes(found), expected)

    def test_long_runs(self):
        mask = np.ones([1, 1], bool)
        for corner in (0, 0), (299, 299), (7, 150):
            packed = brush_rle.encode(mask, corner, 300, 300)
            found = brush_bits.decode(packed, 300, 300)
            self.assertEqual(found.sum(), 255)
            self.assertEqual(found[corner[1], corner[0]], 255)


class LabelStudioWriterTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "tasks.json"

    def written(self, photos, category=labeled_photos.CATEGORY, **options):
        label_studio_writer.write(photos, category, self.path, **options)
        return json.loads(self.path.read_text())

    def test_tasks(self):
        tasks = self.written(
            labeled_photos.photos(),
            url_prefix="s3://b/",
            model_version="quadruped/1",
        )
        self.assertEqual(
            [task["data"] for task in tasks],
            [{"image": "s3://b/pets/rex%20%26%20co.jpg"},
             {"image": "s3://b/no_object.png"},
             {"image": "s3://b/no_part.png"},
             {"image": "s3://b/walks/a/frame_000012.png"}],
        )  # fmt: skip
        self.assertEqual(
            tasks[1]["predictions"],
            [{"model_version": "quadruped/1", "result": []}],
        )
        # The pet's quality is unknown.
        self.assertEqual(tasks[0]["predictions"][0]["score"], 0.7)

    def test_regions(self):
        task, _, third, _ = self.written(labeled_photos.photos())
        box, left, right, hidden, head, body, pet, *_ = task["predictions"][0][
            "result"
        ]
        shared = {
            "to_name": "image", "original_width": 7, "original_height": 8,
            "image_rotation": 0,
        }  # fmt: skip
        self.assertEqual(
            box,
            {"id": "object1", "from_name": "box", "type": "rectanglelabels",
             "value": {"x": 150 / 7, "y": 6.25, "width": 600 / 7 - 150 / 7,
                       "height": 43.75, "rotation": 0,
                       "rectanglelabels": ["dog"]},
             "score": 0.7, **shared},
        )  # fmt: skip
        self.assertEqual(
            left,
            {"id": "object1_left_ear", "parentID": "object1", "from_name": "kp",
             "type": "keypointlabels",
             "value": {"x": 160 / 7, "y": 31.25, "width": 0.75,
                       "keypointlabels": ["left_ear"]},
             "score": 0.7, **shared},
        )  # fmt: skip
        self.assertEqual(right["id"], hidden["id"])
        self.assertEqual(hidden["from_name"], "visibility")
        self.assertEqual(hidden["value"]["choices"], ["hidden"])
        self.assertEqual(head["value"]["brushlabels"], ["head"])
        self.assertEqual(body["parentID"], "object1")
        self.assertEqual(pet["id"], "object2")
        self.assertNotIn("score", pet)
        # The extent of its parts: no box was given.
        self.assertEqual(pet["value"]["x"], 600 / 7)
        (cat,) = third["predictions"][0]["result"]
        self.assertEqual(cat["value"]["rectanglelabels"], ["cat"])

    def test_boxes(self):
        first, *_ = labeled_photos.photos()
        item = dataclasses.replace(
            first.objects[0], box=None, labels=np.zeros([1, 1], np.uint8)
        )
        nothing = dataclasses.replace(item, keypoints=np.zeros([3, 3]))
        for given, expected in (item, (1.1, 2, 2.65 + 1, 1.5)), (
            nothing, (0, 0, 7, 8),
        ):  # fmt: skip
            photo = dataclasses.replace(first, objects=(given,))
            (task,) = self.written([photo])
            value = task["predictions"][0]["result"][0]["value"]
            found = [value[k] for k in ("x", "y", "width", "height")]
            np.testing.assert_allclose(
                np.multiply(found, [0.07, 0.08, 0.07, 0.08]), expected, 1e-6
            )

    def test_config_has_all_names(self):
        tasks = self.written(labeled_photos.photos())
        view = ET.parse(self.path.with_suffix(".xml")).getroot()
        labels = {
            tag.get("name"): [child.get("value") for child in tag]
            for tag in view
        }
        for task in tasks:
            for region in task["predictions"][0]["result"]:
                value = region["value"]
                kind = region["type"]
                self.assertContainsSubset(
                    value[kind], labels[region["from_name"]]
                )
        self.assertEqual(labels["part"], ["head", "body", "tail"])

    @unittest.skipUnless(
        labeled_photos.FIXTURES.is_dir(), "needs ../shared/formats"
    )
    def test_fixture(self):
        tasks = self.written(*labeled_photos.fixture())
        path = labeled_photos.FIXTURES / "label_studio" / "import_tasks.json"
        for ours, theirs in zip(
            tasks, json.loads(path.read_text()), strict=True
        ):
            theirs = theirs["predictions"][0]["result"]
            ours = ours["predictions"][0]["result"]
            for expected in theirs:
                if expected["type"] == "brushlabels":
                    self.assertIn(self.key(expected), map(self.key, ours))

    def key(self, region):
        """Returns what a brush shows; "" of another region."""
        if region["type"] != "brushlabels":
            return ""
        size = region["original_height"], region["original_width"]
        mask = brush_bits.decode(region["value"]["rle"], *size)
        return region["value"]["brushlabels"][0], size, mask.tobytes()

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        tasks = self.written(photos)
        for task, photo in zip(tasks, photos, strict=True):
            regions = task["predictions"][0]["result"]
            boxes = [r["id"] for r in regions if r["from_name"] == "box"]
            for name, item in zip(boxes, photo.objects, strict=True):
                mine = [r for r in regions if r.get("parentID") == name]
                hidden = {r["id"] for r in regions if r["type"] == "choices"}
                self.check_points(mine, hidden, item, photo)
            self.check_masks(regions, boxes, photo)

    def test_our_reader(self):
        photos = labeled_photos.named_photos()
        tasks = self.written(photos)
        for number, task in enumerate(tasks, 1):
            # As the tool exports it once somebody has accepted all.
            (prediction,) = task.pop("predictions")
            result = prediction["result"]
            task |= {"id": number, "annotations": [{"id": 1, "result": result}]}
        self.path.write_text(json.dumps(tasks))
        labeled_photos.check_keypoints(self, self.path, photos, atol=1e-5)

    def check_points(self, regions, hidden, item, photo):
        found = np.zeros([3, 3])
        for region in regions:
            if region["type"] == "keypointlabels":
                value = region["value"]
                (name,) = value["keypointlabels"]
                found[labeled_photos.CATEGORY.keypoints.index(name)] = (
                    value["x"] * photo.width / 100 - 0.5,
                    value["y"] * photo.height / 100 - 0.5,
                    1 if region["id"] in hidden else 2,
                )
        expected = item.keypoints.copy()
        shown = expected[:, 2] > 0
        expected[shown, :2] = expected[shown, :2].clip(
            -0.5, [photo.width - 0.5, photo.height - 0.5]
        )
        np.testing.assert_allclose(found, expected, atol=1e-5)

    def check_masks(self, regions, boxes, photo):
        parts = np.zeros([photo.height, photo.width], np.uint8)
        objects = np.zeros([photo.height, photo.width], np.uint16)
        for region in regions:
            if region["type"] == "brushlabels":
                packed = region["value"]["rle"]
                mask = brush_bits.decode(packed, *parts.shape) > 127
                (name,) = region["value"]["brushlabels"]
                parts[mask] = [*labeled_photos.CATEGORY.parts].index(name)
                objects[mask] = boxes.index(region["parentID"]) + 1
        np.testing.assert_array_equal(parts, photo.part_ids())
        np.testing.assert_array_equal(objects, photo.object_ids())

    def test_an_error_leaves_nothing(self):
        def broken():
            yield labeled_photos.photos()[0]
            raise RuntimeError("photo")

        with self.assertRaisesRegex(RuntimeError, "photo"):
            self.written(broken())
        self.assertEmpty([*self.path.parent.iterdir()])

    def test_same_bytes(self):
        self.written(labeled_photos.photos())
        first = self.path.read_bytes()
        self.written(labeled_photos.photos())
        self.assertEqual(self.path.read_bytes(), first)

    def test_the_config_has_a_name_of_its_own(self):
        self.path = self.path.with_suffix(".xml")
        with self.assertRaisesRegex(ValueError, r"must end with .json"):
            self.written(())


if __name__ == "__main__":
    absltest.main()

"""A build of files as other tools write them."""

import dataclasses
import pathlib
import shutil
import struct
import zlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from tests import tiny_photos
from tfrecords_tools.building import instances
from tfrecords_tools.building import plan
from tfrecords_tools.building import sources

NAMES = list(tiny_photos.CATEGORY.keypoints)
# The keypoints and the box of `tiny_photos.animal`, as COCO has them.
POINTS = [11, 11, 2, 0, 0, 0, 12, 20, 2]
BOX = [10, 10, 20, 20]


def annotation(image_id=1, **changes):
    return {
        "image_id": image_id,
        "category_id": 1,
        "bbox": BOX,
        "keypoints": POINTS,
        **changes,
    }


def coco(names, annotations=None, **changes):
    images = [{"id": i, "file_name": n} for i, n in enumerate(names, 1)]
    if annotations is None:
        annotations = [annotation(image["id"]) for image in images]
    return {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "dog", "keypoints": NAMES}],
        **changes,
    }


class ForeignFilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.inputs = tiny_photos.save_dataset(self.root, num_photos=3)
        self.inputs = dataclasses.replace(self.inputs, image_sets=None)
        self.settings = tiny_photos.tiny_settings()

    def plan(self, fields, skip=False, **inputs) -> plan.Plan:
        tiny_photos.save_json(self.inputs.keypoints, fields)
        return plan.make(
            dataclasses.replace(self.inputs, **inputs),
            dataclasses.replace(self.settings, skip_bad_images=skip),
        )

    def sources_of(self, fields, **kwargs) -> dict[str, sources.Source]:
        photos = self.plan(fields, **kwargs).splits["all"]
        return {source.image_id: source for source in photos}

    def move_into_folders(self):
        """p0 and p1 become a/p.jpg and b/p.jpg."""
        for folder, name in (("a", "p0"), ("b", "p1")):
            for kind in ("jpg", "mat"):
                target = self.root / kind / folder / f"p.{kind}"
                target.parent.mkdir()
                shutil.move(self.root / kind / f"{name}.{kind}", target)
            tiny_photos.save_mat(target, [tiny_photos.animal()])

    @parameterized.parameters(
        "images\\p0.jpg",
        "VOC/JPEGImages/p0.JPG",
        "0a1b2c3d-p0.jpg",
        "p%30.png",
        "p0",
    )
    def test_names_that_mean_the_photo(self, name):
        found = self.sources_of(coco([name]))
        self.assertLen(found["p0"].keypoints, 1)

    def test_one_name_in_two_folders(self):
        self.move_into_folders()
        other = [15, 15, 2, 0, 0, 0, 12, 20, 2]
        fields = coco(
            ["set/a/p.jpg", "b\\p.jpg"],
            [annotation(1), annotation(2, keypoints=other)],
        )
        found = self.sources_of(fields)
        self.assertCountEqual(found, ["a/p", "b/p", "p2"])
        self.assertEqual(found["b/p"].image, self.root / "jpg/b/p.jpg")
        for name, x in (("a/p", 11), ("b/p", 15)):
            (dog,) = found[name].keypoints
            self.assertEqual(dog.keypoints[0, 0], x)
            (example,), _ = instances.convert(found[name], self.settings)
            self.assertEqual(example.image_id, name)
        with self.assertRaisesRegex(
            ValueError, r"'p.jpg' may mean several.*\['a/p', 'b/p'\]"
        ):
            self.plan(coco(["p.jpg"]))

    def test_two_names_of_one_photo(self):
        fields = coco(["a/p0.jpg", "b/p0.jpg", "p1.jpg"])
        message = "pose.json: .*p0.jpg: a/p0.jpg, b/p0.jpg"
        with self.assertRaisesRegex(ValueError, message):
            self.plan(fields)
        found = self.sources_of(fields, skip=True)
        self.assertRegex(found["p0"].keypoints_error, message)
        self.assertIsNone(found["p1"].keypoints_error)

    def test_one_photo_of_two_mat_files(self):
        for folder in ("a", "b"):
            path = self.root / f"mat/{folder}/q.mat"
            tiny_photos.save_mat(path, [tiny_photos.animal()])
        tiny_photos.save_photo(self.root / "jpg/q.jpg")
        with self.assertRaisesRegex(ValueError, "q.jpg: must have one .mat fi"):
            self.plan(coco(["p0.jpg"]))

    def test_image_sets(self):
        sets = self.root / "sets"
        (sets / "train.txt").write_bytes("p0.jpg\r\n".encode("utf-16"))
        (sets / "val.txt").write_bytes(b"\xef\xbb\xbfp1  1\r\n")
        found = self.plan(coco(["p0.jpg"]), image_sets=sets)
        self.assertEqual(
            {k: [s.image_id for s in v] for k, v in found.splits.items()},
            {"train": ["p0"], "val": ["p1"]},
        )
        (sets / "val.txt").write_text("p0")
        with self.assertRaisesRegex(ValueError, r"twice: \['p0'\]"):
            self.plan(coco(["p0.jpg"]), image_sets=sets)

    def test_what_matched_nothing_is_listed(self):
        categories = [
            {"id": 1, "name": "Dog", "keypoints": [*NAMES[:2], "snout"]},
            {"id": 2, "name": "dogs", "keypoints": ["paw"]},
        ]
        fields = coco(
            ["p0.jpg", "pp1.jpg", "p2.jpg"],
            [
                annotation(1),
                annotation(2),
                annotation(3, category_id=2),
                annotation(3, keypoints=[]),
                annotation(3, bbox=None),
            ],
            categories=categories,
        )
        (self.root / "map.json").write_text('{"snout": "nose"}')
        found = self.plan(
            fields,
            keypoint_map=self.root / "map.json",
            ignore_keypoints=("left_ear", "tail"),
        )
        ((dog,), *_) = (s.keypoints for s in found.splits["all"])
        np.testing.assert_array_equal(
            dog.keypoints, [[0, 0, 0], [0, 0, 0], [12, 20, 2]]
        )
        self.assertEqual(
            found.notes,
            (
                f"1 photo with keypoints but not in {self.root}/jpg: "
                "pp1.jpg (nearest: p1)",
                "2 photos without keypoints: p1 (nearest: pp1), p2",
                "1 annotation skipped of class 'dogs' (nearest: dog)",
                "1 annotation skipped without a box",
                "1 annotation skipped without keypoints",
                "1 keypoint to map or to ignore not in the file: tail",
            ),
        )

    def test_nothing_matches(self):
        with self.assertRaisesRegex(
            ValueError,
            r"(?s)no photo of the build has keypoints.*q0.jpg \(nearest: p0",
        ):
            self.plan(coco(["q0.jpg"]))

    def test_unknown_keypoints(self):
        fields = coco(["p0.jpg"])
        fields["categories"][0]["keypoints"] = ["left_ear", "right_ear", "tip"]
        with self.assertRaisesRegex(
            ValueError, "'dog': unknown keypoint 'tip'.*--ignore_keypoints"
        ):
            self.plan(fields, skip=True)

    @parameterized.parameters(
        {"keypoints": []},
        {"keypoints": [0] * 9},
        {"keypoints": POINTS, "iscrowd": 1},
        {"bbox": None},
    )
    def test_a_harmless_annotation_beside_a_good_one(self, **change):
        harmless = annotation(**change)
        for both in ([harmless, annotation()], [annotation(), harmless]):
            source = self.sources_of(coco(["p0.jpg"], both))["p0"]
            _, outcomes = instances.convert(source, self.settings)
            self.assertEqual(outcomes, [("dog", "kept")])

    def test_a_class_of_any_kind(self):
        objects = [tiny_photos.animal("cat", 35), tiny_photos.animal("dog")]
        tiny_photos.save_mat(self.root / "mat/p0.mat", objects)
        fields = coco(["p0.jpg"])
        fields["categories"][0]["name"] = "pet"
        source = self.sources_of(fields)["p0"]
        _, outcomes = instances.convert(source, self.settings)
        self.assertEqual(outcomes, [("cat", "no_keypoints"), ("dog", "kept")])

    def test_class_of_a_mask_in_capitals(self):
        path = self.root / "mat/p0.mat"
        tiny_photos.save_mat(path, [tiny_photos.animal("Dog")])
        source = self.sources_of(coco(["p0.jpg"]))["p0"]
        (example,), _ = instances.convert(source, self.settings)
        self.assertEqual(example.class_name, "dog")

    @parameterized.parameters(
        ({"width": 54, "height": 36}, {}, "60 x 40 pixels. Received: 54 x 36"),
        ({"width": 40, "height": 60}, {}, "rotated"),
        ({}, {"keypoints": [11, 11, 2, 0, 0, 0, 12, 55, 2]}, "nose at .12, 5"),
        ({}, {"keypoints": [45, 31, 2, 0, 0, 0, 50, 11, 2]}, "2 of 2 outside"),
        ({}, {"bbox": [10, 10, 20, 45]}, "the box must lie in the photo"),
    )
    def test_coordinates_of_another_picture(self, sides, change, message):
        fields = coco(["p0.jpg"], [annotation(**change)])
        fields["images"][0] |= sides
        source = self.sources_of(fields)["p0"]
        with self.assertRaisesRegex(instances.BadSource, message) as caught:
            instances.convert(source, self.settings)
        self.assertEqual(caught.exception.kind, "keypoints")

    @parameterized.parameters(
        ("<size><width>54</width><height>36</height></size>", "54 x 36"),
        ("<size><width>60</width><height>x</height></size>", "size/height"),
    )
    def test_size_in_voc(self, size, message):
        (self.root / "p0.xml").write_text(f"<annotation>{size}</annotation>")
        source = dataclasses.replace(
            self.sources_of(coco(["p0.jpg"]))["p0"], boxes=self.root / "p0.xml"
        )
        with self.assertRaisesRegex(instances.BadSource, message) as caught:
            instances.convert(source, self.settings)
        self.assertEqual(caught.exception.kind, "boxes")

    def test_image_bomb(self):
        def chunk(kind, data):
            text = kind + data
            size = struct.pack(">I", len(data))
            return size + text + struct.pack(">I", zlib.crc32(text))

        header = struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0)
        (self.root / "jpg/p0.jpg").write_bytes(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")
        )
        source = self.sources_of(coco(["p0.jpg"]))["p0"]
        with self.assertRaisesRegex(
            instances.BadSource, "p0.jpg: must have at most 40000000 pixels"
        ):
            instances.convert(source, self.settings)


if __name__ == "__main__":
    absltest.main()

"""Builds from PNG masks: the records are those of Pascal-Part's files."""

import dataclasses
import pathlib

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.data import integrity
from tests import tiny_photos
from tfrecords_tools.building import build_run
from tfrecords_tools.building import instances
from tfrecords_tools.building import plan

# As `tiny_photos.animal`.
LEFT = tiny_photos.rectangle(10, 10, 18, 30) + 2 * tiny_photos.rectangle(
    18, 10, 30, 30
)
RIGHT = np.roll(LEFT, 25, axis=1)


class MaskBuildTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.of_mats = tiny_photos.save_dataset(self.root)
        (self.root / "png").mkdir()
        (self.root / "objects").mkdir()
        self.inputs = dataclasses.replace(
            self.of_mats, annotations=self.root / "png"
        )
        for i in range(6):
            self.save(f"png/p{i}.png", LEFT)
        self.settings = tiny_photos.tiny_settings()

    def save(self, name, values):
        cv2.imwrite(str(self.root / name), values.astype(np.uint8))

    def build(self, inputs, name="out", **changes):
        settings = dataclasses.replace(self.settings, **changes)
        return build_run.build(inputs, settings, self.root / name, 1)

    def contents(self, manifest):
        paths = integrity.paths(manifest, list(manifest.splits))
        return [pathlib.Path(path).read_bytes() for path in paths]

    def save_poses(self, *poses):
        fields = tiny_photos.animal_pose({"p0": list(poses)})
        tiny_photos.save_json(self.inputs.keypoints, fields)

    def outcomes(self, **inputs):
        planned = plan.make(
            dataclasses.replace(self.inputs, **inputs), self.settings
        )
        return instances.convert(planned.splits["train"][0], self.settings)

    def test_same_records_as_of_mat_files(self):
        manifest = self.build(self.inputs)
        self.assertEqual(manifest.num_records, {"train": 4, "val": 2})
        self.assertEqual(
            self.contents(manifest),
            self.contents(self.build(self.of_mats, "of_mats")),
        )

    def test_several_objects_in_one_mask_are_never_one(self):
        self.save("png/p0.png", LEFT + RIGHT)
        self.save_poses(tiny_photos.pose(), tiny_photos.pose(35, 2))
        examples, outcomes = self.outcomes()
        self.assertEmpty(examples)
        self.assertEqual(outcomes, [("pet", "several_objects")])

    def test_objects_that_are_passed_over_count(self):
        other = tiny_photos.pose(35)
        for change in {"keypoints": []}, {"bbox": []}:
            self.save_poses(tiny_photos.pose(), {**other, **change})
            _, outcomes = self.outcomes()
            self.assertEqual(outcomes, [("dog", "several_objects")])
        self.save_poses(tiny_photos.pose(), {**other, "category_id": 9})
        self.assertEqual(self.outcomes()[1], [("dog", "kept")])

    def test_boxes_tell_of_several_objects(self):
        (self.root / "voc").mkdir()
        item = (
            "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>11</ymin>"
            "<xmax>{}</xmax><ymax>30</ymax></bndbox></object>"
        )
        dog, other = item.format("dog", 11, 30), item.format("cat", 36, 55)
        for i in range(6):
            path = self.root / f"voc/p{i}.xml"
            path.write_text(f"<annotation>{dog}{other}</annotation>")
        _, outcomes = self.outcomes(boxes=self.root / "voc")
        self.assertEqual(outcomes, [("dog", "several_objects")])

    def test_mask_of_objects_tells_them_apart(self):
        for i in range(6):
            self.save(f"objects/p{i}.png", np.minimum(LEFT, 1))
        self.save("png/p0.png", LEFT + RIGHT)
        both = np.minimum(LEFT, 1) + 2 * np.minimum(RIGHT, 1)
        self.save("objects/p0.png", both)
        self.save_poses(tiny_photos.pose(35, 2), tiny_photos.pose())
        examples, outcomes = self.outcomes(instances=self.root / "objects")
        self.assertEqual(outcomes, [("dog", "kept"), ("cat", "kept")])
        for example in examples:
            self.assertEqual(set(example.part_mask.flat), {1, 2})
            np.testing.assert_allclose(example.keypoints[0], [1.9, 1.9, 2])

    def test_plain_folders_and_a_table(self):
        for i in range(6):
            self.save(f"objects/p{i}.png", np.minimum(LEFT, 1))
        self.save("png/p0.png", LEFT + RIGHT)
        both = np.minimum(LEFT, 1) + 2 * np.minimum(RIGHT, 1)
        self.save("objects/p0.png", both)
        lines = ["photo,object,class,keypoint,x,y,v"]
        for number, left in ((2, 35), (1, 10)):
            lines += [
                f"p0.jpg,{number},dog,left_ear,{left + 1},11,2",
                f"p0.jpg,{number},dog,nose,{left + 2},20,2",
            ]
        lines += [
            f"p1,1,dog,{n},12,{y},2"
            for n, y in (("nose", 20), ("left_ear", 12))
        ]
        (self.root / "points.csv").write_text("\n".join(lines))
        table = {"keypoints": self.root / "points.csv"}
        examples, outcomes = self.outcomes(
            instances=self.root / "objects", **table
        )
        self.assertEqual(outcomes, [("dog", "kept"), ("dog", "kept")])
        for example in examples:
            np.testing.assert_allclose(example.keypoints[0], [1.9, 1.9, 2])
        # Without masks of objects only a photo with one object is clear.
        planned = plan.make(
            dataclasses.replace(self.inputs, **table), self.settings
        )
        found = [
            instances.convert(source, self.settings)[1]
            for source in planned.splits["train"][:2]
        ]
        self.assertEqual(
            found, [[("pet", "several_objects")], [("dog", "kept")]]
        )

    def test_nobody_says_which_class_it_is(self):
        fields = tiny_photos.animal_pose({"p0": [tiny_photos.pose()]})
        fields["categories"][0]["name"] = "pet"
        tiny_photos.save_json(self.inputs.keypoints, fields)
        self.assertEqual(self.outcomes()[1], [("pet", "no_class")])

    def test_pixels_in_no_part(self):
        for i in range(6):
            self.save(f"objects/p{i}.png", np.minimum(LEFT, 1))
        self.save("png/p0.png", np.where(LEFT == 2, 0, LEFT))
        self.settings = tiny_photos.tiny_settings(unassigned="ignore")
        ((example,), _) = self.outcomes(instances=self.root / "objects")
        self.assertEqual(set(example.part_mask[:, 14:].flat), {255})

    def test_masks_of_another_size_are_not_blamed_on_the_keypoints(self):
        self.save("png/p0.png", LEFT[:-1])
        fields = tiny_photos.animal_pose({"p0": [tiny_photos.pose()]})
        fields["images"] = [
            {"id": 1, "file_name": "p0.jpg", "height": 40, "width": 60}
        ]
        fields["annotations"][0] |= {
            "bbox": [10, 10, 20, 20],
            "keypoints": [11, 11, 2, 0, 0, 0, 12, 20, 2],
        }
        tiny_photos.save_json(self.inputs.keypoints, fields)
        with self.assertRaisesRegex(ValueError, r"p0.jpg: must have the size"):
            self.outcomes()

    def test_bad_files(self):
        self.save("png/p0.png", LEFT[:-1])
        with self.assertRaisesRegex(ValueError, r"p0.jpg: must have the size"):
            self.outcomes()
        self.save("png/p0.png", LEFT + 2)
        with self.assertRaisesRegex(ValueError, "p0.png: .*Received: 3, 4"):
            self.build(self.inputs)
        (self.root / "png/p1.png").unlink()
        with self.assertRaisesRegex(ValueError, "p1.png: no such.* 1 of 4"):
            self.build(self.inputs)
        manifest = self.build(self.inputs, skip_bad_images=True, name="skipped")
        self.assertEqual(
            manifest.skipped["train"], {"annotation": ["p0", "p1"]}
        )


if __name__ == "__main__":
    absltest.main()

"""Builds from COCO's files with parts, also those of the page."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import unittest

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import records
from tests import tiny_photos
from tfrecords_tools.building import build_run
from tfrecords_tools.building import plan

ROOT = pathlib.Path(__file__).parents[3]
PARTS = "head", "torso"
# As `tiny_photos.animal`.
LEFT = tiny_photos.rectangle(10, 10, 18, 30) + 2 * tiny_photos.rectangle(
    18, 10, 30, 30
)
POINTS = [[11, 11, 2], [0, 0, 0], [12, 20, 2]]
PAGE = """
import { toCoco } from "%s";
import { readFileSync } from "node:fs";
const { points, labels, category, names } = JSON.parse(readFileSync(0));
const objects = [
  { id: 4, className: "dog", box: null, boxless: true, points }];
const parts = { labels: Uint8Array.from(labels), box: [10, 10, 30, 30] };
console.log(JSON.stringify(names.map((name) => toCoco(
  objects, category, { name, width: 60, height: 40 }, new Map([[4, parts]])))));
"""


def rectangle(xmin, ymin, xmax, ymax):
    sides = xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax
    return {
        "segmentation": [list(sides)],
        "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
    }


def coco(names):
    """Returns a file as tools write it: an object, its parts, its pose."""
    annotations = []
    for image_id, _ in enumerate(names, 1):
        dog = {
            "category_id": 1,
            "keypoints": list(np.ravel(POINTS).tolist()),
            **rectangle(10, 10, 30, 30),
        }
        head = {"category_id": 3, **rectangle(10, 10, 18, 30)}
        torso = {"category_id": 4, **rectangle(18, 10, 30, 30)}
        annotations += [
            {"image_id": image_id, **fields} for fields in (dog, head, torso)
        ]
    keypoints = list(tiny_photos.CATEGORY.keypoints)
    return {
        "images": [
            {"id": i, "file_name": f"{name}.jpg", "width": 60, "height": 40}
            for i, name in enumerate(names, 1)
        ],
        "categories": [
            {"id": 1, "name": "dog", "keypoints": keypoints},
            {"id": 3, "name": "head"},
            {"id": 4, "name": "torso"},
        ],
        "annotations": annotations,
    }


class CocoBuildTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.of_mats = tiny_photos.save_dataset(self.root)
        self.names = [f"p{i}" for i in range(6)]
        self.path = self.root / "coco.json"
        self.save(coco(self.names))
        self.settings = tiny_photos.tiny_settings()

    def save(self, fields):
        tiny_photos.save_json(self.path, fields)
        self.inputs = dataclasses.replace(
            self.of_mats, annotations=self.path, keypoints=self.path
        )

    def build(self, name="out", **changes):
        settings = dataclasses.replace(self.settings, **changes)
        return build_run.build(self.inputs, settings, self.root / name, 1)

    def contents(self, manifest):
        paths = integrity.paths(manifest, list(manifest.splits))
        return [pathlib.Path(path).read_bytes() for path in paths]

    def test_same_records_as_of_mat_files(self):
        manifest = self.build()
        self.assertEqual(manifest.num_records, {"train": 4, "val": 2})
        self.inputs = self.of_mats
        self.assertEqual(
            self.contents(manifest), self.contents(self.build("of_mats"))
        )

    def test_parts_are_no_strangers_among_the_keypoints(self):
        self.assertEqual(
            plan.make(self.inputs, self.settings).notes,
            ("12 annotations skipped as parts",),
        )

    def test_all_photos_of_the_file_without_image_sets(self):
        self.inputs = dataclasses.replace(self.inputs, image_sets=None)
        self.assertEqual(self.build().num_records, {"all": 6})

    def test_a_photo_that_the_file_lacks(self):
        self.save(coco(self.names[1:]))
        with self.assertRaisesRegex(ValueError, "coco.json: has no photo 'p0'"):
            plan.make(self.inputs, self.settings)
        manifest = self.build(skip_bad_images=True)
        self.assertEqual(manifest.skipped["train"], {"annotation": ["p0"]})

    def test_a_broken_annotation(self):
        fields = coco(self.names)
        fields["annotations"][7]["segmentation"] = [[1, 2]]
        self.save(fields)
        with self.assertRaisesRegex(ValueError, r"annotation 7 \(head\): `seg"):
            self.build()
        manifest = self.build("skipped", skip_bad_images=True)
        self.assertEqual(manifest.skipped["train"], {"annotation": ["p2"]})

    def test_other_parts_are_other_inputs(self):
        self.build("whole")
        fields = coco(self.names)
        head = fields["annotations"][1]
        head["segmentation"][0][0] += 1
        self.save(fields)
        with self.assertRaisesRegex(ValueError, "inputs: was"):
            self.build("whole")

    def test_what_is_wrong_everywhere_is_told_before_the_build(self):
        fields = coco(self.names)
        fields["categories"][2]["name"] = "tosro"
        self.save(fields)
        with self.assertRaisesRegex(ValueError, "'tosro' .nearest: torso"):
            plan.make(self.inputs, self.settings)

    @unittest.skipUnless(shutil.which("node"), "needs Node.js")
    def test_files_of_the_page(self):
        directory = self.root / "page"
        directory.mkdir()
        for name, fields in zip(self.names, self.of_page(), strict=True):
            tiny_photos.save_json(directory / f"{name}.json", fields)
        self.path = directory
        self.inputs = dataclasses.replace(
            self.of_mats, annotations=directory, keypoints=directory
        )
        manifest = self.build()
        self.assertEqual(manifest.num_records, {"train": 4, "val": 2})
        (path, *_) = integrity.paths(manifest, ["val"])
        self.assertEqual(
            manifest.table["train"]["dog"],
            {"seen": 4, "kept": 4, "dropped": {}},
        )
        dataset = tf.data.TFRecordDataset(str(path), buffer_size=1)
        for record in dataset:
            mask = tf.io.decode_png(records.parse(record, 3)["part_mask"])
            np.testing.assert_array_equal(
                mask[..., 0], np.tile(np.uint8([1] * 13 + [2] * 19), (32, 1))
            )

    def of_page(self):
        """Returns what the page writes for each photo."""
        category = tiny_photos.CATEGORY
        fields = {
            "points": POINTS,
            "labels": LEFT.ravel().tolist(),
            "names": [f"{name}.jpg" for name in self.names],
            "category": {
                "model": "mine 1",
                "noun": category.name,
                "classes": category.classes,
                "keypoints": category.keypoints,
                "parts": list(category.parts),
                "skeleton": category.skeleton_indices,
            },
        }
        module = ROOT / "kp2part/annotator/files/coco.mjs"
        done = subprocess.run(
            ["node", "--input-type=module", "-e", PAGE % module.as_uri()],
            input=json.dumps(fields),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


if __name__ == "__main__":
    absltest.main()

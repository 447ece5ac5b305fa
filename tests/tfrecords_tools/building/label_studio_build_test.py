"""Builds from what people have accepted in Label Studio."""

import dataclasses
import json
import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.data import integrity
from kp2part.formats.label_studio import writer as label_studio_writer
from kp2part.formats.labeled import labels
from tests import tiny_photos
from tfrecords_tools.building import build_run

# As `tiny_photos.animal`: a head, and a torso behind it.
PARTS = np.array([[1] * 8 + [2] * 12] * 20, np.uint8)
POINTS = np.array([[11, 11, 2], [0, 0, 0], [12, 20, 2]], np.float32)


class LabelStudioBuildTest(absltest.TestCase):
    def test_same_records_as_of_mat_files(self):
        root = pathlib.Path(self.create_tempdir())
        of_mats = tiny_photos.save_dataset(root)
        fields = tiny_photos.animal_pose(
            {f"p{i}": [tiny_photos.pose()] for i in range(6)}
        )
        tiny_photos.save_json(of_mats.keypoints, fields)
        dog = labels.LabeledObject(
            "dog", POINTS, PARTS, (10, 10), (10, 10, 30, 30)
        )
        photos = [
            labels.LabeledPhoto(f"p{i}.jpg", 40, 60, (dog,)) for i in range(6)
        ]
        path = root / "label_studio.json"
        label_studio_writer.write(photos, tiny_photos.CATEGORY, path)
        settings = tiny_photos.tiny_settings()
        inputs = dataclasses.replace(of_mats, annotations=path, keypoints=path)
        with self.assertRaisesRegex(ValueError, "predictions do not count"):
            build_run.build(inputs, settings, root / "out", 1)
        self.accept(path)
        shards = [
            self.shards(build_run.build(x, settings, root / name, 1))
            for name, x in (("out", inputs), ("of_mats", of_mats))
        ]
        self.assertEqual(*shards)

    def accept(self, path):
        tasks = json.loads(path.read_text())
        for number, task in enumerate(tasks):
            (prediction,) = task.pop("predictions")
            task["annotations"] = [{"id": number, **prediction}]
            name = task["data"]["image"].rpartition("=")[2]
            # As of photos that were uploaded.
            task["data"]["image"] = f"/data/upload/1/01234567-{name}"
        path.write_text(json.dumps(tasks))

    def shards(self, manifest):
        self.assertEqual(manifest.num_records, {"train": 4, "val": 2})
        paths = integrity.paths(manifest, list(manifest.splits))
        return [pathlib.Path(path).read_bytes() for path in paths]


if __name__ == "__main__":
    absltest.main()

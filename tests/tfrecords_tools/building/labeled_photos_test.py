"""Labeled photos that were written as Pascal-Part and COCO make records."""

import pathlib

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import labeled_records
from kp2part.formats.coco import writer as coco_writer
from kp2part.formats.labeled import labels
from kp2part.formats.pascal import pascal_part_writer
from tests.formats import labeled_photos
from tfrecords_tools.building import build_run
from tfrecords_tools.building import inputs
from tfrecords_tools.building import settings as settings_lib

SETTINGS = settings_lib.Settings(
    category=labeled_photos.CATEGORY,
    thresholds=settings_lib.Thresholds(min_side=3, min_keypoints=1),
    image_size=32,
    context=0.1,
    aspect="pad",
)


def photos():
    """Returns photos with two objects each, far enough from each other."""
    rng = np.random.default_rng(0)
    for number in range(4):
        items = []
        for name, x in ("cat", 3), ("dog", 30):
            points = rng.uniform(0, 19, [3, 3]) + [x, 4, 0]
            points[:, 2] = 2, 1, 2
            items.append(
                labels.LabeledObject(
                    class_name=name,
                    keypoints=points.astype(np.float32),
                    labels=rng.integers(0, 4, [20, 18], np.uint8),
                    corner=(x, 5),
                )
            )
        yield labels.LabeledPhoto(f"pets/{number}.png", 30, 50, tuple(items))


class LabeledPhotosTest(absltest.TestCase):
    def records(self, manifest, split):
        paths = [str(p) for p in integrity.paths(manifest, [split])]
        return sorted(r.numpy() for r in tf.data.TFRecordDataset(paths))

    def test_build_makes_the_same_records(self):
        root = pathlib.Path(self.create_tempdir())
        (root / "photos/pets").mkdir(parents=True)
        for number, photo in enumerate(photos()):
            shape = photo.height, photo.width, 3
            pixels = np.random.default_rng(number).integers(0, 256, shape)
            contents = tf.io.encode_png(pixels.astype(np.uint8)).numpy()
            (root / "photos" / photo.name).write_bytes(contents)
        pascal_part_writer.write(
            photos(), labeled_photos.CATEGORY, root / "mat"
        )
        coco_writer.write(photos(), labeled_photos.CATEGORY, root / "pose.json")
        built = build_run.build(
            inputs.Inputs(root / "photos", root / "mat", root / "pose.json"),
            SETTINGS,
            root / "built",
            1,
        )
        self.assertEqual(built.num_records, {"all": 8})
        written = labeled_records.write(
            photos(),
            labeled_photos.CATEGORY,
            root / "written",
            images=root / "photos",
            task=SETTINGS.task,
        )
        self.assertEqual(
            self.records(built, "all"), self.records(written, "train")
        )


if __name__ == "__main__":
    absltest.main()

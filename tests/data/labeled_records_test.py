import dataclasses
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import labeled_records
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.data import selection
from kp2part.schema import task
from kp2part.training import splits
from tests.formats import labeled_photos
from tfrecords_tools.checking import verification

TASK = task.Task(labeled_photos.CATEGORY, image_size=32)


class LabeledRecordsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.images, self.path = self.root / "photos", self.root / "records"
        self.pixels = {}
        for number, photo in enumerate(labeled_photos.named_photos()):
            name = photo.name.replace(".mp4", "/frame_000012.png")
            shape = photo.height, photo.width, 3
            pixels = np.random.default_rng(number).integers(0, 256, shape)
            self.save(name, pixels.astype(np.uint8))

    def save(self, name, pixels):
        path = self.images / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tf.io.encode_png(pixels).numpy())
        self.pixels[name] = pixels

    def write(self, photos, **changes):
        return labeled_records.write(
            photos,
            labeled_photos.CATEGORY,
            self.path,
            images=self.images,
            task=dataclasses.replace(TASK, **changes),
        )

    def read(self, manifest):
        paths = [str(p) for p in integrity.paths(manifest, ["train"])]
        return [
            records.decode_images(records.parse(record, 3))
            for record in tf.data.TFRecordDataset(paths)
        ]

    def test_records_and_manifest(self):
        manifest = self.write(iter(labeled_photos.named_photos()))
        self.assertEqual(
            sorted(path.name for path in self.path.iterdir()),
            ["manifest.json", "train-00000.tfrecord"],
        )
        self.assertEqual(
            manifest_lib.load(str(self.path)).to_json(), manifest.to_json()
        )
        self.assertEqual(
            manifest.table["train"],
            {"dog": {"seen": 4, "kept": 3, "dropped": {"no_part": 1}}},
        )  # fmt: skip
        dog, pet, frame = self.read(manifest)
        self.assertEqual(dog["image_id"], b"pets/rex & co")
        self.assertEqual(frame["image_id"], b"walks/a/frame_000012")
        self.assertEqual([e["object_index"] for e in (dog, pet)], [0, 1])
        self.assertEqual(pet["class_name"], b"dog")
        # The box that was given, in whole pixels; else that of the parts.
        np.testing.assert_array_equal(dog["box"], [1, 0, 6, 4])
        np.testing.assert_array_equal(pet["box"], [6, 5, 7, 7])
        np.testing.assert_array_equal(dog["source_size"], [8, 7])

    def test_pixels(self):
        first, *_ = labeled_photos.named_photos()
        # The whole photo, without a change of its size.
        item = dataclasses.replace(first.objects[0], box=(0, 0, 32, 32))
        photo = dataclasses.replace(
            first, name="a.png", height=32, width=32, objects=(item,)
        )
        pixels = np.full([32, 32, 3], 50, np.uint8)
        pixels[:16] = 200
        self.save("a.png", pixels)
        (found,) = self.read(self.write([photo]))
        np.testing.assert_array_equal(found["part_mask"], photo.part_ids())
        np.testing.assert_allclose(found["keypoints"], item.keypoints)
        self.assertLess(
            np.abs(found["image"].numpy().astype(int) - pixels).max(), 5
        )

    def test_training_takes_them(self):
        chosen = splits.choose(
            selection.Selection(str(self.path), fold=0, num_folds=2),
            self.write(labeled_photos.named_photos()),
        )
        splits.check(chosen)
        self.assertEqual(chosen.training.count() + chosen.validation.count(), 3)

    def test_shards(self):
        with self.small_shards():
            manifest = self.write(labeled_photos.named_photos())
        counts = [s.num_records for s in manifest.split("train").shards]
        self.assertEqual(counts, [2, 1])
        self.assertLen(self.read(manifest), 3)

    def small_shards(self):
        return absltest.mock.patch.object(
            labeled_records, "_PHOTOS_PER_SHARD", 2
        )

    @parameterized.parameters(
        ({"name": "none.png"}, "none.png: no such file"),
        ({"height": 9}, "size of its masks, 7 x 9. Received: 7 x 8"),
    )
    def test_photos_that_do_not_fit(self, changes, message):
        first, *others = labeled_photos.named_photos()
        with self.assertRaisesRegex(ValueError, message):
            self.write([*others, dataclasses.replace(first, **changes)])
        self.assertEqual([*self.root.iterdir()], [self.images])

    def test_a_class_is_needed(self):
        message = r"rex & co.jpg': object 1: `class_name` .*'\*', any"
        with self.assertRaisesRegex(ValueError, message):
            self.write(labeled_photos.photos())
        self.assertEqual([*self.root.iterdir()], [self.images])

    def test_verify_finds_no_fault(self):
        manifest = self.write(labeled_photos.named_photos())
        _, problems = verification.verify(manifest)
        self.assertEmpty(problems)

    def test_a_box_outside(self):
        first, *_ = labeled_photos.named_photos()
        item = dataclasses.replace(first.objects[0], box=(20, 0, 30, 5))
        photo = dataclasses.replace(first, objects=(item,))
        message = "rex & co.jpg': object 0: `box` must have a pixel"
        with self.assertRaisesRegex(ValueError, message):
            self.write([photo])

    def test_a_damaged_photo(self):
        path = self.images / "walks/a/frame_000012.png"
        path.write_bytes(path.read_bytes()[:60])
        with self.assertRaisesRegex(
            ValueError, "frame_000012.png: not a whole"
        ):
            self.write(labeled_photos.named_photos())
        self.assertEqual([*self.root.iterdir()], [self.images])

    def test_nothing_to_train_on(self):
        with self.assertRaisesRegex(ValueError, "No object has a part"):
            self.write(labeled_photos.named_photos()[1:3])

    def test_a_directory_that_is_not_empty(self):
        self.path.mkdir()
        self.write(labeled_photos.named_photos())
        with self.assertRaisesRegex(ValueError, "must be a new or an empty"):
            self.write(labeled_photos.named_photos())

    def test_same_bytes(self):
        first = self.write(labeled_photos.named_photos())
        self.path.rename(self.root / "before")
        self.assertEqual(self.write(labeled_photos.named_photos()), first)


if __name__ == "__main__":
    absltest.main()

import dataclasses
import json
import pathlib

from absl.testing import absltest

from kp2part.data import example_stream
from kp2part.data import manifest as manifest_lib
from kp2part.data import selection as selection_lib
from kp2part.schema import keys
from kp2part.training import splits
from tests import tiny


class ExtraExamplesTest(absltest.TestCase):
    """Photos 0 to 4 and 4 to 6 are trained and validated on, 2 objects each."""

    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = self.write("data", {"train": 8, "val": 4})

    def write(self, name, counts):
        return tiny.write_records(str(self.base / name), counts)

    def choose(self, *names, **settings):
        directories = tuple(str(self.base / name) for name in names)
        selection = selection_lib.Selection(
            "data", extra_tfrecords=directories, **settings
        )
        return splits.choose(selection, self.manifest)

    def photos(self, dataset):
        return [
            example[keys.IMAGE_ID].decode()
            for example in dataset.as_numpy_iterator()
        ]

    def test_only_photos_that_are_neither_trained_nor_validated_on(self):
        self.write("more", {"train": 16})  # Photos 0 to 7.
        with self.assertLogs("absl", "INFO") as logs:
            chosen = self.choose("more")
        self.assertIn("4 further objects", logs.output[0])
        self.assertIn("4 in photos that are validated on", logs.output[0])
        self.assertIn("8 in photos that are trained on", logs.output[0])
        splits.check(chosen)
        self.assertEqual(chosen.training.count(), 12)
        self.assertEqual(chosen.validation.count(), 4)
        wanted = [f"photo{i // 2}" for i in (*range(8), *range(12, 16))]
        self.assertEqual(
            self.photos(example_stream.read(chosen.training)), wanted
        )
        self.assertEqual(
            [x.image_id for x in chosen.training.origins()], wanted
        )

    def test_each_pass_has_every_example_once_in_another_order(self):
        self.write("more", {"train": 40})
        chosen = self.choose("more")
        shuffled = example_stream.read_shuffled(chosen.training, 3)
        first, second = self.photos(shuffled), self.photos(shuffled)
        self.assertNotEqual(first, second)
        self.assertCountEqual(first, second)
        self.assertCountEqual(
            first, self.photos(example_stream.read(chosen.training))
        )
        again = example_stream.read_shuffled(self.choose("more").training, 3)
        self.assertEqual(first, self.photos(again))

    def test_a_photo_of_two_directories_is_taken_once(self):
        self.write("more", {"train": 16})
        self.write("most", {"train": 20})
        chosen = self.choose("more", "most")
        self.assertEqual(chosen.training.count(), 8 + 4 + 4)

    def test_photos_outside_a_fraction_are_taken(self):
        self.write("more", {"train": 8})
        chosen = self.choose("more", train_fraction=0.5)
        photos = self.photos(example_stream.read(chosen.training))
        own = dataclasses.replace(chosen.training, extra=())
        self.assertLess(own.count(), 8)
        self.assertEqual(set(photos), {f"photo{i}" for i in range(4)})

    def test_one_class_is_one_class(self):
        self.write("more", {"train": 16})
        chosen = self.choose("more", classes=("dog",))
        self.assertEqual(chosen.training.count(), 4 + 2)

    def test_nothing_left_is_an_error(self):
        self.write("more", {"train": 8})
        with self.assertRaisesRegex(ValueError, "more: no object is left"):
            self.choose("more")

    def test_others_are_refused(self):
        for field, value, message in (
            ("context", 0.25, "`context` must be that of .*data, 0.0"),
            ("aspect", "pad", "`aspect` must be that of .*data, 'stretch'"),
        ):
            self.write(field, {"train": 16})
            path = self.base / field / manifest_lib.FILE_NAME
            path.write_text(
                json.dumps({**json.loads(path.read_text()), field: value})
            )
            with self.assertRaisesRegex(ValueError, message):
                self.choose(field)

    def test_damaged_shards_are_refused(self):
        self.write("more", {"train": 16})
        chosen = self.choose("more")
        (shard,) = (self.base / "more").glob("*.tfrecord")
        shard.write_bytes(shard.read_bytes()[:-40])
        with self.assertRaisesRegex(ValueError, shard.name):
            splits.check(chosen)


if __name__ == "__main__":
    absltest.main()

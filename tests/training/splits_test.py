import pathlib
from unittest import mock

from absl.testing import absltest

from kp2part.data import example_stream
from kp2part.data import record_index
from kp2part.data import record_reader
from kp2part.data import selection as selection_lib
from kp2part.schema import keys
from kp2part.training import splits
from tests import tiny


class SplitsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = tiny.write_records(
            str(self.base / "data"), {"train": 9, "val": 4}
        )

    def choose(self, **settings):
        selection = selection_lib.Selection("data", **settings)
        return splits.choose(selection, self.manifest)

    def classes(self, examples):
        found = example_stream.read(examples).as_numpy_iterator()
        return {e[keys.CLASS_NAME].decode() for e in found}

    def test_splits(self):
        chosen = self.choose()
        self.assertEqual(chosen.training.count(), 9)
        self.assertEqual(chosen.validation.count(), 4)
        self.assertIsNone(chosen.folds)
        chosen = self.choose(train_split="val", val_split="train")
        self.assertEqual(chosen.training.count(), 4)
        self.assertEqual(chosen.validation.count(), 9)

    def test_records_without_splits_are_split_by_photo(self):
        self.manifest = tiny.write_records(str(self.base / "one"), {"all": 20})
        with self.assertLogs("absl", "INFO") as logs:
            chosen = self.choose()
        self.assertIn("four fifths of the photos", logs.output[0])
        as_fold = self.choose(fold=0)
        self.assertEqual(chosen.folds, as_fold.folds)
        self.assertEqual(chosen.training, as_fold.training)
        self.assertEqual(chosen.validation, as_fold.validation)
        self.assertGreater(chosen.training.count(), chosen.validation.count())
        # What is asked for is not guessed.
        with self.assertRaisesRegex(ValueError, "no split 'train'"):
            self.choose(val_split="all").training.count()

    def test_folds_are_told(self):
        chosen = self.choose(fold=1, num_folds=3)
        rest, held_out = chosen.training, chosen.validation
        self.assertEqual(rest.count() + held_out.count(), 13)
        self.assertEqual(
            {i for i, f in chosen.folds.items() if f == 1},
            set(held_out.image_ids),
        )
        self.assertEqual(
            [p.name for p in self.base.iterdir()], ["data"], "stores nothing"
        )

    def test_counts_are_what_is_read(self):
        for settings in (
            {"fold": 0, "num_folds": 3},
            {"classes": ("dog",)},
            {"train_fraction": 0.5},
            {"holdout_class": "cat", "train_fraction": 0.3, "fold": 1},
        ):
            chosen = self.choose(**settings)
            for examples in chosen.training, chosen.validation:
                found = list(example_stream.read(examples).as_numpy_iterator())
                self.assertLen(found, examples.count())
                self.assertEqual(
                    [x.image_id for x in examples.origins()],
                    [x[keys.IMAGE_ID].decode() for x in found],
                )

    def test_records_are_read_once_to_choose_and_count(self):
        record_index._read_file.cache_clear()
        with mock.patch.object(
            record_reader, "read", wraps=record_reader.read
        ) as read:
            for fold in 0, 1:
                chosen = self.choose(fold=fold, train_fraction=0.9)
                chosen.training.count()
                chosen.validation.count()
        self.assertEqual(read.call_count, 2)  # A file for each split.

    def test_one_class_alone_or_left_out(self):
        chosen = self.choose(classes=("dog",))
        self.assertEqual(self.classes(chosen.training), {"dog"})
        self.assertEqual(self.classes(chosen.validation), {"dog"})
        for settings in {}, {"fold": 0}:
            chosen = self.choose(holdout_class="dog", **settings)
            self.assertEqual(self.classes(chosen.training), {"cat"})
            self.assertEqual(self.classes(chosen.validation), {"dog"})

    def test_fraction_is_of_the_training_objects_only(self):
        chosen = self.choose(train_fraction=0.5)
        self.assertBetween(chosen.training.count(), 1, 8)
        self.assertEqual(chosen.validation.count(), 4)

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "'cat', 'dog'.*'cow'"):
            self.choose(classes=("cow",))
        with self.assertRaisesRegex(ValueError, "mutually exclusive"):
            self.choose(classes=("cat",), holdout_class="dog")
        with self.assertRaisesRegex(ValueError, "train_fraction=0"):
            self.choose(train_fraction=0.0)
        with self.assertRaisesRegex(ValueError, "`folds` requires `fold`"):
            self.choose(folds="folds.json")
        with self.assertRaisesRegex(
            ValueError, "num_folds=5. Received: fold=5"
        ):
            self.choose(fold=5)


if __name__ == "__main__":
    absltest.main()

import json
import pathlib

from absl.testing import absltest

from kp2part.schema import keys
from kp2part.training import config as config_lib
from kp2part.training import splits
from tests import tiny


class SubsetsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = tiny.write_records(
            str(self.base / "data"), {"train": 9, "val": 4}
        )

    def choose(self, **settings):
        config = config_lib.TrainConfig(
            tfrecords="data", workdir=str(self.base / "run"), **settings
        )
        return splits.choose(config, self.manifest)

    def classes(self, examples):
        found = examples.read().as_numpy_iterator()
        return {e[keys.CLASS_NAME].decode() for e in found}

    def test_splits(self):
        training, validation = self.choose()
        self.assertEqual((training.count(), validation.count()), (9, 4))
        validation, training = self.choose(train_split="val", val_split="train")
        self.assertEqual((training.count(), validation.count()), (9, 4))

    def test_folds_are_written_down(self):
        rest, held_out = self.choose(fold=1, num_folds=3)
        self.assertEqual(rest.count() + held_out.count(), 13)
        dealt = json.loads((self.base / "run" / "folds.json").read_text())
        self.assertEqual(
            {i for i, f in dealt.items() if f == 1}, set(held_out.image_ids)
        )

    def test_one_class_alone_or_left_out(self):
        for examples in self.choose(classes=("dog",)):
            self.assertEqual(self.classes(examples), {"dog"})
        training, validation = self.choose(holdout_class="dog")
        self.assertEqual(self.classes(training), {"cat"})
        self.assertEqual(self.classes(validation), {"dog"})
        training, validation = self.choose(holdout_class="dog", fold=0)
        self.assertEqual(self.classes(training), {"cat"})
        self.assertEqual(self.classes(validation), {"dog"})

    def test_share_is_of_the_training_objects_only(self):
        training, validation = self.choose(train_share=0.5)
        self.assertBetween(training.count(), 1, 8)
        self.assertEqual(validation.count(), 4)

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "'cat', 'dog'.*'cow'"):
            self.choose(classes=("cow",))
        with self.assertRaisesRegex(ValueError, "exclude each other"):
            self.choose(classes=("cat",), holdout_class="dog")
        with self.assertRaisesRegex(ValueError, "train_share=0"):
            self.choose(train_share=0.0)


if __name__ == "__main__":
    absltest.main()

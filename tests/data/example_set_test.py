import dataclasses

from absl.testing import absltest

from kp2part.data import example_set
from kp2part.schema import keys
from tests import tiny


def objects(examples):
    """The (photo, object) pairs of a set, in its order."""
    return [
        (e[keys.IMAGE_ID].decode(), int(e[keys.OBJECT_INDEX]))
        for e in examples.read().as_numpy_iterator()
    ]


class ExamplesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.create_tempdir().full_path
        self.manifest = tiny.write_records(directory, {"train": 11, "val": 5})
        self.examples = example_set.Examples(self.manifest, ("train",))

    def choose(self, **settings):
        examples = dataclasses.replace(self.examples, **settings)
        found = objects(examples)
        self.assertEqual(examples.count(), len(found))
        return set(found)

    def test_folds_share_no_photo_and_miss_none(self):
        dealt = example_set.deal_folds(self.manifest, 3)
        held_out = []
        for fold in range(3):
            rest, test = example_set.fold_examples(self.manifest, dealt, fold)
            learned, judged = objects(rest), objects(test)
            photos = [{image for image, _ in o} for o in (learned, judged)]
            self.assertEmpty(photos[0] & photos[1])
            self.assertLen(learned + judged, 16)
            held_out += judged
        self.assertLen(held_out, 16)
        self.assertLen(set(held_out), 16)

    def test_a_photos_class_is_its_most_frequent_and_ties_go_by_name(self):
        classes = example_set.classes_of_images(self.manifest, ("train",))
        # Each photo has a cat and a dog; the last has a cat alone.
        self.assertEqual(set(classes.values()), {"cat"})
        dogs = dataclasses.replace(self.examples, classes=frozenset(["dog"]))
        self.assertLen(objects(dogs), 5)

    def test_classes_are_chosen(self):
        dogs = self.choose(classes=frozenset(["dog"]))
        self.assertEqual({index for _, index in dogs}, {1})
        cats = self.choose(classes=frozenset(["cat"]))
        self.assertEqual(cats | dogs, self.choose())
        self.assertEmpty(cats & dogs)

    def test_a_smaller_fraction_is_a_subset_of_a_larger_one(self):
        few, more = self.choose(fraction=0.3), self.choose(fraction=0.7)
        self.assertLess(few, more)
        self.assertLess(more, self.choose())
        self.assertEqual(few, self.choose(fraction=0.3))
        self.assertNotEqual(few, self.choose(fraction=0.3, seed=1))

    def test_errors(self):
        with self.assertRaisesRegex(
            ValueError, "no split 'test'.*'train', 'val'"
        ):
            example_set.Examples(self.manifest, ("test",)).count()


if __name__ == "__main__":
    absltest.main()

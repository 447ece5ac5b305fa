import dataclasses

from absl.testing import absltest

from kp2part.data import example_set
from tests import tiny


class ExamplesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.create_tempdir().full_path
        self.manifest = tiny.write_records(directory, {"train": 11, "val": 5})
        self.examples = example_set.Examples(self.manifest, ("train",))

    def choose(self, **settings):
        examples = dataclasses.replace(self.examples, **settings)
        found = tiny.objects(examples)
        self.assertEqual(examples.count(), len(found))
        return set(found)

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

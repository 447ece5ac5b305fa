import dataclasses

from absl.testing import absltest

from kp2part.data import example_folds
from kp2part.data import example_set
from tests import tiny


class ExampleFoldsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.create_tempdir().full_path
        self.manifest = tiny.write_records(directory, {"train": 11, "val": 5})
        self.examples = example_set.Examples(self.manifest, ("train",))

    def test_folds_share_no_photo_and_miss_none(self):
        dealt = example_folds.deal(self.manifest, 3)
        held_out = []
        for fold in range(3):
            rest, test = example_folds.split(self.manifest, dealt, fold)
            learned, judged = tiny.objects(rest), tiny.objects(test)
            photos = [{image for image, _ in o} for o in (learned, judged)]
            self.assertEmpty(photos[0] & photos[1])
            self.assertLen(learned + judged, 16)
            held_out += judged
        self.assertLen(held_out, 16)
        self.assertLen(set(held_out), 16)

    def test_a_photos_class_is_its_most_frequent_and_ties_go_by_name(self):
        classes = example_folds.classes_of_images(self.manifest, ("train",))
        # Each photo has a cat and a dog; the last has a cat alone.
        self.assertEqual(set(classes.values()), {"cat"})
        dogs = dataclasses.replace(self.examples, classes=frozenset(["dog"]))
        self.assertLen(tiny.objects(dogs), 5)


if __name__ == "__main__":
    absltest.main()

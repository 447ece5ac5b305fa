"""Original Pascal-Part, Berkeley and Animal-Pose files, if they are at hand."""

import collections
import pathlib
import unittest

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats.pascal import pascal_part
from kp2part.schema import category
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import instances
from tfrecords_tools.building import label_map
from tfrecords_tools.building import plan
from tfrecords_tools.building import settings

DATA = (
    pathlib.Path(__file__).resolve().parent.parent.parent
    / "shared/data/pascal_part_true"
)
PERSONS = DATA.parent / "pascal_person_true"
# The annotator's five animals: (photo, object in the .mat file), keypoints as
# counted in Berkeley's and in Animal-Pose's file.
ANIMALS = {
    ("2008_003228", 3): (8, 8),
    ("2008_003497", 0): (13, 17),
    ("2008_003497", 1): (10, 13),
    ("2008_006462", 0): (7, 11),
    ("2010_005243", 10): (7, 9),
}


@unittest.skipUnless(
    DATA.is_dir(), "needs the original files in ../shared/data/pascal_part_true"
)
class TrueDataTest(parameterized.TestCase):
    @parameterized.parameters((0, "berkeley"), (1, "animal_pose.json"))
    def test_all_animals_are_found(self, column, name):
        inputs = inputs_lib.Inputs(
            images=DATA / "JPEGImages",
            annotations=DATA / "Annotations_Part",
            keypoints=DATA / "keypoints" / name,
        )
        asked = settings.Settings(category.load("quadruped"), image_size=64)
        found = {}
        for source in plan.make(inputs, asked).splits["all"]:
            for example in instances.convert(source, asked)[0]:
                key = (example.image_id, example.object_index)
                found[key] = (example.keypoints[:, 2] > 0).sum()
        expected = {key: num[column] for key, num in ANIMALS.items()}
        self.assertEqual(found, expected)

    @parameterized.parameters(("person", 7), ("bird", 2))
    def test_every_part_of_persons_and_birds_is_known(self, name, count):
        ours, found = category.load(name), 0
        for path in sorted((DATA / "Annotations_Part").glob("*.mat")):
            for item in pascal_part.read(path):
                if item.class_name == name and item.parts:
                    labels = label_map.draw(item, ours, "background")
                    found += label_map.has_part(labels)
        self.assertGreaterEqual(found, count)

    @unittest.skipUnless(
        PERSONS.is_dir(), "needs the files in ../shared/data/pascal_person_true"
    )
    def test_persons_as_they_lie_there(self):
        inputs = inputs_lib.Inputs(
            images=PERSONS / "JPEGImages",
            annotations=PERSONS / "PartMasks",
            keypoints=PERSONS / "person_keypoints.json",
            image_sets=PERSONS / "ImageSets",
        )
        asked = settings.Settings(category.load("person"), image_size=64)
        planned = plan.make(inputs, asked)
        self.assertEqual(
            {k: len(v) for k, v in planned.splits.items()},
            {"train": 584, "val": 557},
        )
        outcomes = collections.Counter(
            outcome
            for source in planned.splits["train"][:40]
            for outcome in instances.convert(source, asked)[1]
        )
        self.assertEqual(outcomes, {("person", "kept"): 40})

    def test_parts_overlap_and_lie_in_their_object(self):
        path = DATA / "Annotations_Part/2008_006462.mat"
        (cat, *_) = pascal_part.read(path)
        masks = np.stack([part.mask for part in cat.parts])
        self.assertGreater((masks.sum(axis=0) > 1).sum(), 0)
        self.assertFalse((masks.any(axis=0) & ~cat.mask).any())


if __name__ == "__main__":
    absltest.main()

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.data import example_set
from kp2part.evaluation import evaluation
from kp2part.evaluation import seen_photos
from kp2part.models import architecture
from kp2part.models import metadata
from kp2part.models import networks
from kp2part.models import trained_photos
from kp2part.schema import task
from tests import tiny

SMALL = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))


class SeenPhotosTest(parameterized.TestCase):
    def test_photos_of_the_examples_are_counted(self):
        directory = self.create_tempdir().full_path
        # Two objects of each photo: photo0, photo1; photo2, photo3.
        manifest = tiny.write_records(directory, {"train": 4, "val": 4})
        model = networks.build(
            "pose_to_part", task.Task(tiny.CATEGORY, 32), SMALL
        )

        def count(*splits):
            examples = example_set.Examples(manifest, splits)
            return seen_photos.count(model, examples)

        self.assertEqual(
            count("val"), {"num_photos": 2, "num_trained_photos": None}
        )
        metadata.label_of(model).photos = trained_photos.of(
            ["photo0", "photo1"]
        )
        self.assertEqual(
            count("val"), {"num_photos": 2, "num_trained_photos": 0}
        )
        self.assertEqual(
            count("train", "val"), {"num_photos": 4, "num_trained_photos": 2}
        )

    def test_unseen_photos_stand_in_for_a_split(self):
        # Two objects of each of seven photos.
        directory = self.create_tempdir().full_path
        manifest = tiny.write_records(directory, {"all": 14})
        model = networks.build(
            "pose_to_part", task.Task(tiny.CATEGORY, 32), SMALL
        )
        label = metadata.label_of(model)
        for photos in (
            None,
            trained_photos.UNKNOWN,
            trained_photos.of(f"photo{i}" for i in range(7)),
            trained_photos.UNKNOWN.add(trained_photos.of(["photo0"])),
        ):
            label.photos = photos
            with self.assertRaisesRegex(ValueError, "no split 'val'.*all"):
                evaluation.choose(model, directory)
        label.photos = trained_photos.of(f"photo{i}" for i in range(5))
        chosen = evaluation.choose(model, directory)
        self.assertEqual(chosen.name, "new photos")
        self.assertEqual(chosen.examples.image_ids, {"photo5", "photo6"})
        whole = evaluation.choose(model, directory, "all")
        self.assertEqual(
            whole.examples.count(), manifest.split("all").num_records
        )
        with self.assertRaisesRegex(ValueError, "no split 'val'"):
            evaluation.choose(model, directory, "val")

    @parameterized.parameters(
        ({}, "not known"),
        ({"num_photos": 3, "num_trained_photos": None}, "not known"),
        ({"num_photos": 3, "num_trained_photos": 0}, "none of these 3"),
        ({"num_photos": 3, "num_trained_photos": 2}, "2 of these 3 .*not say"),
    )
    def test_sentence(self, scores, words):
        self.assertRegex(seen_photos.sentence(scores), words)


if __name__ == "__main__":
    absltest.main()

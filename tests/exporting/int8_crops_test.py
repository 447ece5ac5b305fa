import dataclasses

from absl.testing import absltest

from kp2part.exporting import int8_crops
from kp2part.schema import task as task_lib
from tests import tiny

TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0)


class Int8CropsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = self.create_tempdir().full_path

    def test_at_most_a_hundred_from_all_over(self):
        tiny.write_records(self.directory, {"train": 150, "val": 6})
        crops = int8_crops.read(self.directory, "train", TASK)
        self.assertLen(crops, 75)
        self.assertEqual(crops[0]["image"].shape, (1, 32, 32, 3))
        self.assertEqual(crops[0]["keypoints"].shape, (1, 3, 3))
        self.assertLen(int8_crops.read(self.directory, "val", TASK), 6)

    def test_bad_records(self):
        tiny.write_records(self.directory, {"val": 2})
        with self.assertRaisesRegex(ValueError, "no split 'train'"):
            int8_crops.read(self.directory, "train", TASK)
        other = dataclasses.replace(
            tiny.CATEGORY, keypoints=("nose", "left_ear", "right_ear")
        )
        with self.assertRaisesRegex(ValueError, "must have the network's keyp"):
            int8_crops.read(
                self.directory, "val", dataclasses.replace(TASK, category=other)
            )


if __name__ == "__main__":
    absltest.main()

import dataclasses

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.schema import category
from kp2part.schema import task as task_lib


class TaskTest(parameterized.TestCase):
    def test_json_round_trip_without_defaults(self):
        task = task_lib.Task(category.load("cow"), 96, 2.5, 0.1, "pad", True)
        self.assertEqual(task_lib.Task.from_json(task.to_json()), task)
        self.assertEqual((task.num_keypoints, task.num_parts), (20, 5))
        self.assertEqual(task.num_heatmaps, 20 + len(task.category.skeleton))

    def test_mirrored_heatmaps(self):
        cow = category.load("cow")
        mirror = task_lib.Task(cow, bones=True).heatmap_mirror
        self.assertEqual(mirror[:20], cow.keypoint_mirror)
        names = [f"{a} {b}" for a, b in cow.skeleton]
        bone = names.index("left_eye nose")
        other = names.index("right_eye nose")
        self.assertEqual(mirror[20 + bone], 20 + other)
        lame = dataclasses.replace(cow, skeleton=(("left_eye", "nose"),))
        task = task_lib.Task(lame, bones=True)
        with self.assertRaisesRegex(ValueError, "right bone for every left"):
            _ = task.heatmap_mirror

    @parameterized.parameters(
        ({"turn": 3}, "a saved task: unknown fields .'turn'"),
        ({"image_size": "64"}, "a saved task: `image_size` must.*'64'"),
        ({"category": {}}, "a saved task: `category` must have a field"),
        ({"category": None}, "a saved task: `category` must be"),
        ({"aspect": "crop"}, "a saved task: `aspect` must .*'crop'"),
    )
    def test_bad_json(self, change, message):
        fields = task_lib.Task(category.load("cow")).to_json()
        with self.assertRaisesRegex(ValueError, message):
            task_lib.Task.from_json({**fields, **change})

    @parameterized.parameters(
        ({"image_size": 100}, "multiple of 32.*image_size=100"),
        ({"image_size": 320000}, "at most 2048.*image_size=320000"),
        ({"heatmap_sigma": float("inf")}, "finite.*heatmap_sigma=inf"),
        ({"heatmap_sigma": 0}, "positive.*heatmap_sigma=0"),
        ({"heatmap_sigma": float("nan")}, "positive.*nan"),
        ({"context": -0.1}, r"in \[0, 1\].*context=-0.1"),
        ({"aspect": "crop"}, "'stretch', 'pad'.*aspect='crop'"),
    )
    def test_errors(self, change, message):
        with self.assertRaisesRegex(ValueError, message):
            task_lib.Task(category.load("cow"), **change)


if __name__ == "__main__":
    absltest.main()

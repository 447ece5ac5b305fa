from absl.testing import absltest
from absl.testing import parameterized

from kp2part import category
from kp2part import schema


class TaskTest(parameterized.TestCase):
    def test_json_round_trip_without_defaults(self):
        task = schema.Task(category.load("cow"), 96, 2.5, 0.1, "pad", True)
        self.assertEqual(schema.Task.from_json(task.to_json()), task)
        self.assertEqual((task.num_keypoints, task.num_parts), (20, 5))
        self.assertEqual(task.num_heatmaps, 20 + len(task.category.skeleton))

    @parameterized.parameters(
        ({"image_size": 100}, "multiple of 32.*image_size=100"),
        ({"heatmap_sigma": 0}, "positive.*heatmap_sigma=0"),
        ({"heatmap_sigma": float("nan")}, "positive.*nan"),
        ({"context": -0.1}, r"in \[0, 1\].*context=-0.1"),
        ({"aspect": "crop"}, "'stretch', 'pad'.*aspect='crop'"),
    )
    def test_errors(self, change, message):
        with self.assertRaisesRegex(ValueError, message):
            schema.Task(category.load("cow"), **change)


if __name__ == "__main__":
    absltest.main()

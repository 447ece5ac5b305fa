import dataclasses

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import heatmaps
from kp2part.schema import task as task_lib
from tests import tiny


class HeatmapsTest(absltest.TestCase):
    def test_by_hand(self):
        keypoints = tf.constant([[[2.0, 5.0, 2.0], [2.0, 5.0, 0.0]]])
        maps = heatmaps.draw_points(keypoints, 8, 1.5).numpy()
        self.assertEqual(maps.shape, (1, 8, 8, 2))
        self.assertEqual(maps[0, 5, 2, 0], 1.0)
        # 3 to the right, 1 up: exp(-(3^2 + 1^2) / (2 * 1.5^2)).
        self.assertAlmostEqual(maps[0, 4, 5, 0], np.exp(-10 / 4.5), places=6)
        np.testing.assert_array_equal(maps[..., 1], 0)


class BonesTest(absltest.TestCase):
    def test_distance_to_the_segment(self):
        rng = np.random.default_rng(0)
        keypoints = rng.uniform(0, 16, (3, 4, 3)).astype(np.float32)
        keypoints[..., 2] = 2
        skeleton = ((0, 1), (3, 2))
        maps = heatmaps.draw_bones(keypoints, skeleton, 16, 1.5).numpy()
        self.assertEqual(maps.shape, (3, 16, 16, 2))
        for b, i, j, e in ((0, 3, 5, 0), (1, 12, 2, 1), (2, 7, 7, 0)):
            first, last = (keypoints[b, k, :2] for k in skeleton[e])
            points = np.linspace(first, last, 10001)
            distance = np.hypot(*(points - (j, i)).T).min()
            expected = np.exp(-((distance / 1.5) ** 2) / 2)
            self.assertAlmostEqual(maps[b, i, j, e], expected, places=4)

    def test_blank_where_an_end_is_absent(self):
        keypoints = tf.constant([[[2.0, 5, 2], [7, 5, 0], [3, 3, 1]]])
        maps = heatmaps.draw_bones(keypoints, ((0, 1), (1, 2), (2, 0)), 8, 1.5)
        np.testing.assert_array_equal(maps[..., :2], 0)
        self.assertGreater(maps.numpy()[..., 2].max(), 0.8)

    def test_a_bone_without_length_is_a_point(self):
        keypoints = tf.constant([[[2.0, 5.0, 2.0], [2.0, 5.0, 2.0]]])
        bone = heatmaps.draw_bones(keypoints, ((0, 1),), 8, 1.5)
        points = heatmaps.draw_points(keypoints, 8, 1.5)
        np.testing.assert_allclose(bone[..., 0], points[..., 0], atol=1e-6)

    def test_pose_is_points_then_bones_if_drawn(self):
        keypoints = tf.constant([[[2.0, 5, 2], [7, 5, 2], [3, 3, 1]]])
        task = task_lib.Task(tiny.CATEGORY, 32, 2.0)
        points = heatmaps.draw_pose(keypoints, task)
        self.assertEqual(points.shape[-1], task.num_heatmaps)
        task = dataclasses.replace(task, bones=True)
        pose = heatmaps.draw_pose(keypoints, task)
        self.assertEqual(pose.shape[-1], task.num_heatmaps)
        self.assertGreater(task.num_heatmaps, task.num_keypoints)
        np.testing.assert_array_equal(pose[..., :3], points)
        with self.assertRaisesRegex(ValueError, "`bones` needs a `skeleton`"):
            category = dataclasses.replace(task.category, skeleton=())
            dataclasses.replace(task, category=category)


if __name__ == "__main__":
    absltest.main()

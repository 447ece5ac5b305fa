from absl.testing import absltest
import numpy as np

from kp2part.explanation import keypoint_effects
from kp2part.schema import keys
from tests.explanation import networks

KEYPOINTS = np.array([[24, 30, 2], [0, 0, 0], [44, 20, 1]], np.float32)


class ProbeTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.model = networks.of_keypoints()
        self.image = np.zeros([networks.SIZE, networks.SIZE, 3], np.float32)
        self.probe = keypoint_effects.Probe(self.model, networks.TASK, 16)
        (self.label,) = self.probe.labels(self.image, KEYPOINTS[np.newaxis])
        self.effects = self.probe.effects(self.image, KEYPOINTS, self.label)

    def test_the_prediction_is_where_keypoints_are(self):
        self.assertEqual(self.label[30, 24], 1)
        self.assertEqual(self.label[20, 44], 2)
        self.assertEqual(self.label[60, 4], 0)

    def test_without_its_keypoint_a_part_is_gone(self):
        self.assertAlmostEqual(self.effects.iou[0, 1], -1)
        self.assertAlmostEqual(self.effects.iou[2, 2], -1)
        area = (self.label == 1).mean()
        self.assertAlmostEqual(self.effects.area[0, 1], -area)

    def test_another_keypoint_matters_less(self):
        self.assertGreater(self.effects.iou[0, 2], -0.5)

    def test_a_part_follows_its_keypoint_only(self):
        self.assertAlmostEqual(self.effects.follow[0, 1], 1, delta=0.2)
        self.assertLess(abs(self.effects.follow[0, 2]), 0.4)

    def test_nothing_is_known_of_an_absent_keypoint(self):
        for values in vars(self.effects).values():
            self.assertTrue(np.isnan(values[1]).all())
            self.assertTrue(np.isfinite(values[0]).all())

    def test_an_object_without_keypoints_has_no_effects(self):
        none = np.zeros_like(KEYPOINTS)
        found = self.probe.effects(self.image, none, self.label)
        self.assertTrue(np.isnan(found.iou).all())

    def test_batches_do_not_change_predictions(self):
        poses = keypoint_effects.moved(
            KEYPOINTS, np.array([0, 2, 0]), np.array([3.0, -2.0])
        )
        one = keypoint_effects.Probe(self.model, networks.TASK, 16, 1)
        np.testing.assert_array_equal(
            one.labels(self.image, poses), self.probe.labels(self.image, poses)
        )

    def test_dropped_and_moved(self):
        shown = np.array([0, 2])
        dropped = keypoint_effects.dropped(KEYPOINTS, shown)
        np.testing.assert_array_equal(dropped[0], [[0] * 3, *KEYPOINTS[1:]])
        np.testing.assert_array_equal(dropped[1], [*KEYPOINTS[:2], [0] * 3])
        moved = keypoint_effects.moved(KEYPOINTS, shown, np.array([5, -5]))
        np.testing.assert_array_equal(moved[0, 0], [29, 25, 2])
        np.testing.assert_array_equal(moved[0, 1:], KEYPOINTS[1:])
        np.testing.assert_array_equal(moved[1, 2], [49, 15, 1])

    def test_networks_without_keypoints_are_refused(self):
        class Blind:
            input = {keys.IMAGE: None}

        with self.assertRaisesRegex(ValueError, "must take heatmaps"):
            keypoint_effects.Probe(Blind, networks.TASK)


if __name__ == "__main__":
    absltest.main()

import dataclasses

from absl.testing import absltest
import numpy as np

from kp2part.explanation import saliency
from kp2part.schema import keys
from tests.explanation import networks


class ExplainerTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(0)
        size = networks.SIZE
        self.inputs = {
            keys.IMAGE: rng.uniform(1, 255, (1, size, size, 3)).astype("f"),
            keys.HEATMAPS: np.zeros([1, size, size, 3], np.float32),
        }
        self.inputs[keys.HEATMAPS][0, 8, 8, 1] = 1
        self.inputs[keys.HEATMAPS][0, 40, 40, 2] = 1
        self.region = np.zeros([size, size], bool)
        self.region[4:20, 4:24] = True

    def maps(self, seed=0):
        explainer = saliency.Explainer(
            networks.of_pixels(), networks.TASK, seed
        )
        return explainer.part_maps(self.inputs, 1, self.region)

    def test_what_a_part_depends_on(self):
        maps = self.maps()
        for name in "gradients", "smooth":
            found = getattr(maps, name)
            np.testing.assert_array_equal(found > 0, self.region, name)
        self.assertEqual(maps.activations.shape, self.region.shape)
        self.assertGreater(maps.activations[self.region].max(), 0)

    def test_only_keypoints_in_the_region_count(self):
        np.testing.assert_allclose(self.maps().keypoints, [0, 1, 0])

    def test_the_same_seed_gives_the_same_maps(self):
        np.testing.assert_array_equal(self.maps(3).smooth, self.maps(3).smooth)

    def test_a_part_that_is_nowhere_is_refused(self):
        self.region[:] = False
        with self.assertRaisesRegex(ValueError, "part 1 must not be empty"):
            self.maps()

    def test_networks_of_the_image_alone_have_no_shares(self):
        model = networks.of_pixels()
        image = model.input[keys.IMAGE]
        found = model.get_layer("decoder0_conv").output
        only = type(model)({keys.IMAGE: image}, {keys.PARTS: found})
        explainer = saliency.Explainer(only, networks.TASK)
        inputs = {keys.IMAGE: self.inputs[keys.IMAGE]}
        maps = explainer.part_maps(inputs, 1, self.region)
        self.assertIsNone(maps.keypoints)
        np.testing.assert_array_equal(maps.gradients > 0, self.region)


class SharesTest(absltest.TestCase):
    def test_half_of_a_bone_counts_at_each_end(self):
        task = dataclasses.replace(networks.TASK, bones=True)
        # Bones 0-2 and 1-2.
        found = saliency.keypoint_shares(np.array([1, 0, 1, 2, 4.0]), task)
        np.testing.assert_allclose(found, np.array([2, 2, 4]) / 8)

    def test_nothing_has_no_shares(self):
        found = saliency.keypoint_shares(np.zeros(3), networks.TASK)
        np.testing.assert_array_equal(found, [0, 0, 0])


if __name__ == "__main__":
    absltest.main()

from absl.testing import absltest
import numpy as np

from benchmarks.peers import numpy_heatmaps
from kp2part.data import heatmaps

SIZE, SIGMA = 48, 1.5
KEYPOINTS = np.array(
    [[10, 12, 2], [40, 30, 1], [0, 0, 0], [47, 0, 2]], np.float32
)
BONES = ((0, 1), (1, 2), (1, 3), (3, 3))


class HeatmapsTest(absltest.TestCase):
    def test_as_ours(self):
        expected = np.concatenate(
            [
                heatmaps.draw_points(KEYPOINTS[None], SIZE, SIGMA)[0],
                heatmaps.draw_bones(KEYPOINTS[None], BONES, SIZE, SIGMA)[0],
            ],
            -1,
        )
        bones = np.array(BONES)
        whole = numpy_heatmaps.whole(KEYPOINTS, bones, SIZE, SIGMA)
        self.assertEqual((whole.dtype, whole.shape), (np.float32, (48, 48, 8)))
        np.testing.assert_allclose(whole, expected, atol=2e-6)
        near = numpy_heatmaps.near(KEYPOINTS, bones, SIZE, SIGMA)
        np.testing.assert_allclose(near, expected, atol=4e-4)
        # It leaves something out.
        self.assertLess((near > 0).sum(), (expected > 1e-30).sum())


if __name__ == "__main__":
    absltest.main()

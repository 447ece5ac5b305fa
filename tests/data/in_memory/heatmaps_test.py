from absl.testing import absltest
import keras
import numpy as np

from kp2part.data import heatmaps as of_stream
from kp2part.data.in_memory import heatmaps
from kp2part.schema import task
from tests import tiny


class HeatmapsTest(absltest.TestCase):
    def test_as_those_of_the_stream(self):
        rng = np.random.default_rng(0)
        keypoints = rng.uniform(0, 31, (5, 3, 3)).astype(np.float32)
        keypoints[..., 2] = rng.choice([0, 1, 2], (5, 3))
        keypoints[0, 0] = keypoints[0, 2] = [7, 9, 2]  # A bone without length.
        for bones in False, True:
            toy = task.Task(tiny.CATEGORY, 32, 2.0, bones=bones)
            found = heatmaps.draw_pose(
                keras.ops.convert_to_tensor(keypoints), toy
            )
            self.assertEqual(found.shape, (5, 32, 32, toy.num_heatmaps))
            np.testing.assert_allclose(
                found, of_stream.draw_pose(keypoints, toy), atol=1e-5
            )
            self.assertGreater(np.max(found), 0.99)


if __name__ == "__main__":
    absltest.main()

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import heatmaps
from kp2part.data.ops import flip
from kp2part.schema import keys
from tests.data.ops import cases


class FlipTest(parameterized.TestCase):
    def test_by_hand(self):
        flipped = cases.apply(
            flip.make(cases.K_MIRROR, cases.P_MIRROR, 1.0), cases.example()
        )
        # Side 32: x becomes 31 - x, and left becomes right.
        np.testing.assert_array_equal(
            flipped[keys.KEYPOINTS],
            [[31 - 20, 9, 1], [31 - 3, 5, 2], [0, 0, 0]],
        )
        mask = cases.example()[keys.PART_MASK].numpy()[:, ::-1]
        expected = np.array([0, 2, 1, *[255] * 253])[mask]
        np.testing.assert_array_equal(flipped[keys.PART_MASK], expected)
        np.testing.assert_array_equal(
            flipped[keys.IMAGE], cases.example()[keys.IMAGE][:, ::-1]
        )

    def test_twice_is_identity(self):
        mirror = flip.make(cases.K_MIRROR, cases.P_MIRROR, 1.0)
        twice = cases.apply(mirror, cases.apply(mirror, cases.example()))
        for key, value in cases.example().items():
            np.testing.assert_array_equal(twice[key], value)

    def test_heatmap_of_the_flipped_is_the_flipped_heatmap(self):
        mirror = flip.make(cases.K_MIRROR, cases.P_MIRROR, 1.0)
        keypoints = [
            cases.example()[keys.KEYPOINTS],
            cases.apply(mirror, cases.example())[keys.KEYPOINTS],
        ]
        before, after = heatmaps.draw_points(
            tf.stack(keypoints), 32, 2.0
        ).numpy()
        np.testing.assert_allclose(
            after, before[:, ::-1][..., list(cases.K_MIRROR)], atol=1e-6
        )

    def test_fraction(self):
        mirror = flip.make(cases.K_MIRROR, cases.P_MIRROR, 0.25)
        examples = (mirror(cases.example(seed=(7, i))) for i in range(200))
        first_x = [float(e[keys.KEYPOINTS][0, 0]) for e in examples]
        share = np.mean(np.array(first_x) == 31 - 20)
        self.assertBetween(share, 0.15, 0.35)


if __name__ == "__main__":
    absltest.main()

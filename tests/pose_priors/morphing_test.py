from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np
import tensorflow as tf

from kp2part.pose_priors import morphing
from kp2part.schema import category

QUADRUPED = category.load("quadruped")
RIG = QUADRUPED.rig
SIZE = 48


def random_keypoints(seed, count=1):
    rng = np.random.default_rng(seed)
    keypoints = np.full((count, 20, 3), 2.0, np.float32)
    keypoints[..., :2] = rng.uniform(4, SIZE - 5, (count, 20, 2))
    return keypoints


def poses(keypoints, scale=None):
    scale = np.ones((len(keypoints), 2)) if scale is None else scale
    return morphing.poses(
        tf.constant(keypoints), tf.constant(scale, tf.float32), SIZE
    )


def pose(keypoints, scale=(1.0, 1.0)):
    return morphing.poses(tf.constant(keypoints), tf.constant(scale), SIZE)


def labels(piece_maps):
    return np.concatenate([[0], RIG.parts])[piece_maps]


def index(name):
    return QUADRUPED.keypoints.index(name)


class DistancesTest(parameterized.TestCase):
    def test_ignores_position_and_scale_of_the_body_but_not_its_rotation(self):
        keypoints = random_keypoints(0)[0]
        moved, turned = keypoints.copy(), keypoints.copy()
        moved[:, :2] = moved[:, :2] / 2 + 7
        turned[:, :2] = SIZE - 1 - turned[:, :2]
        known = poses(np.stack([keypoints, moved, turned]))
        far = morphing.distances(pose(keypoints), known, RIG, False).numpy()
        np.testing.assert_allclose(far[:2], 0, atol=1e-8)
        self.assertGreater(far[2], 0.1)

    def test_by_hand(self):
        # All keypoints at the origin but the body's ends; the second differs
        # by 3 bodies at one of 20 keypoints.
        keypoints = np.zeros((2, 20, 3), np.float32)
        keypoints[..., 2] = 1
        keypoints[:, index("tailbase"), 0] = 10
        keypoints[1, index("nose"), 1] = 30
        far = morphing.distances(
            pose(keypoints[0]), poses(keypoints), RIG, False
        )
        np.testing.assert_allclose(far, [0, 3**2 / 20], rtol=1e-6)

    def test_distances_use_the_geometry_of_the_photo(self):
        keypoints = random_keypoints(1)[0]
        squeezed = keypoints.copy()
        squeezed[:, 0] = (squeezed[:, 0] + 0.5) / 2 - 0.5
        known = poses(np.stack([squeezed]), [[2.0, 1.0]])
        far = morphing.distances(pose(keypoints), known, RIG, False)
        np.testing.assert_allclose(far, 0, atol=1e-8)

    def test_only_common_keypoints_count(self):
        keypoints = random_keypoints(2)[0]
        fewer = keypoints.copy()
        fewer[:5] = 0
        both = poses(np.stack([keypoints, fewer]))
        for strict, expected in ((False, [0, 0]), (True, [0, np.inf])):
            far = morphing.distances(pose(keypoints), both, RIG, strict)
            np.testing.assert_array_equal(far, expected)

    def test_poses_without_a_common_body_come_last(self):
        keypoints, other = random_keypoints(3, 2)
        headless = keypoints.copy()
        headless[5:] = 0  # The same head, no body.
        nothing = np.zeros_like(keypoints)
        known = poses(np.stack([other, headless, nothing]))
        far = morphing.distances(pose(keypoints), known, RIG, False).numpy()
        self.assertLess(far[0], far[1])
        self.assertTrue(np.isfinite(far[1]))
        self.assertEqual(far[2], np.inf)
        far = morphing.distances(pose(keypoints), known, RIG, True).numpy()
        np.testing.assert_array_equal(far[1:], np.inf)


class MorphTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(7)
        coarse = rng.integers(0, 12, (2, 12, 12)).astype(np.uint8)
        self.piece_maps = coarse.repeat(4, 1).repeat(4, 2)
        self.keypoints = random_keypoints(8, 2)

    @parameterized.parameters(((1.0, 1.0),), ((2.0, 0.5),))
    def test_onto_itself_is_identity(self, scale):
        known = poses(self.keypoints, [scale] * 2)
        for i in range(2):
            target = pose(self.keypoints[i], scale)
            moved = morphing.morph(self.piece_maps, known, target, RIG)
            np.testing.assert_array_equal(moved[i], labels(self.piece_maps[i]))

    def test_against_opencv(self):
        # A body alone: one similarity, that of withers and tailbase.
        body = (self.piece_maps[:1] == 1).astype(np.uint8)
        source, target = self.keypoints
        moved = morphing.morph(body, poses(source[None]), pose(target), RIG)
        ends = [index("withers"), index("tailbase")]
        (a, b), (p, q) = target[ends, :2], source[ends, :2]
        turn = complex(*(b - a)) / complex(*(q - p))
        matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
        shift = (a + b) / 2 - matrix @ (p + q) / 2
        expected = cv2.warpAffine(
            body[0],
            np.column_stack([matrix, shift]),
            (SIZE, SIZE),
            flags=cv2.INTER_NEAREST,
        )
        agree = (moved[0].numpy() > 0) == (expected > 0)
        self.assertGreater(agree.mean(), 0.98)  # Of pixels on an edge.
        self.assertGreater(expected.sum(), 50)

    def test_a_piece_moves_with_the_first_axis_visible_in_both(self):
        source, target = (x.copy() for x in self.keypoints)
        knee, paw = index("left_front_knee"), index("left_front_paw")
        elbow = index("left_front_elbow")
        target[knee] = 0
        m, c, shown = morphing.similarities(
            pose(target), poses(source[None]), RIG
        )
        upper, lower = 2, 3
        for end in elbow, paw:  # Without a knee: from elbow to paw.
            before, after = (
                complex(*(x[end, :2] + 0.5)) for x in (source, target)
            )
            moved = m[0, upper].numpy() * before + c[0, upper].numpy()
            self.assertAlmostEqual(moved, after, places=3)
        # The lower piece is anchored at its paw and turns as the body.
        self.assertAlmostEqual(m[0, lower].numpy(), m[0, 0].numpy(), places=5)
        before, after = (complex(*(x[paw, :2] + 0.5)) for x in (source, target))
        moved = m[0, lower].numpy() * before + c[0, lower].numpy()
        self.assertAlmostEqual(moved, after, places=3)
        self.assertTrue(shown.numpy().all())

    def test_invisible_pieces_are_left_out_or_follow(self):
        target = np.zeros_like(self.keypoints[0])
        m, c, shown = morphing.similarities(
            pose(target), poses(self.keypoints[:1], [[2.0, 2.0]]), RIG
        )
        np.testing.assert_array_equal(shown[0], RIG.follows)
        # One crop onto the other.
        np.testing.assert_allclose(m[0, :2], [0.5, 0.5], rtol=1e-6)
        np.testing.assert_allclose(c[0, :2], [0, 0], atol=1e-4)

    def test_an_axis_of_length_zero_does_not_rotate(self):
        source, target = (x.copy() for x in self.keypoints)
        source[index("tailbase")] = source[index("withers")]
        m, c, _ = morphing.similarities(pose(target), poses(source[None]), RIG)
        self.assertTrue(np.isfinite(m.numpy()).all())
        self.assertTrue(np.isfinite(c.numpy()).all())

    def test_the_highest_part_id_wins(self):
        source = self.keypoints[:1]
        pieces = np.zeros((1, SIZE, SIZE), np.uint8)
        pieces[0, :, : SIZE // 2] = 1  # The body left, the tail right.
        pieces[0, :, SIZE // 2 :] = 11
        target = source[0].copy()
        target[index("tailbase"), 0] -= SIZE // 2
        target[index("withers"), 0] -= SIZE // 2
        moved = morphing.morph(pieces, poses(source), pose(target), RIG)
        self.assertEqual(moved.numpy()[0, :, : SIZE // 2].min(), 4)


if __name__ == "__main__":
    absltest.main()

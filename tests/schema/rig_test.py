from absl.testing import absltest
import numpy as np

from kp2part.schema import category
from kp2part.schema import rig as rig_lib


class RigTest(absltest.TestCase):
    def test_points_are_means_of_keypoints(self):
        rig = rig_lib.rig(
            [rig_lib.Piece("a", (("x+y", "z"),), ("x",))], "xyz", ("bg", "a")
        )
        np.testing.assert_array_equal(
            rig.weights, [[0.5, 0.5, 0], [0, 0, 1], [1, 0, 0]]
        )
        np.testing.assert_array_equal(rig.ends, [[[0, 1], [2, 2]]])
        np.testing.assert_array_equal(rig.parts, [1])

    def test_mirrored_pieces(self):
        quadruped = category.load("quadruped")
        rig = quadruped.rig
        for piece, other in zip(quadruped.pieces, rig.mirror, strict=True):
            partner = quadruped.pieces[other]
            self.assertEqual(piece.part, partner.part)
            legs = piece.part == "legs"
            self.assertEqual(legs, piece != partner, piece)
        np.testing.assert_array_equal(rig.mirror[rig.mirror], range(11))

    def test_left_and_right_pieces_of_persons_and_birds(self):
        for name, num_pairs in (("person", 4), ("bird", 2)):
            loaded = category.load(name)
            mirror = loaded.rig.mirror
            np.testing.assert_array_equal(mirror[mirror], range(len(mirror)))
            self.assertEqual((mirror > range(len(mirror))).sum(), num_pairs)

    def test_errors(self):
        fields = category.load("quadruped").to_json()
        for change, message in (
            (
                {"part": "wing"},
                r"`pieces` must use names of `parts`.*\['wing'\]",
            ),
            ({"anchors": ["wing"]}, r"`pieces` must use names.*\['wing'\]"),
            ({"anchors": ["left_eye"]}, "right piece for every left one"),
        ):
            broken = [
                *fields["pieces"][:-1],
                {**fields["pieces"][-1], **change},
            ]
            with self.assertRaisesRegex(ValueError, message):
                category.from_json({**fields, "pieces": broken}, "my.json")
        bare = category.from_json({**fields, "pieces": []}, "my.json")
        with self.assertRaisesRegex(ValueError, "has no `pieces`"):
            _ = bare.rig


if __name__ == "__main__":
    absltest.main()

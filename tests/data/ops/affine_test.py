from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.data.ops import affine
from kp2part.data.ops import example_op
from kp2part.schema import keys
from tests.data.ops import cases


class AffineTest(parameterized.TestCase):
    @parameterized.parameters(
        dict(rotation=40.0, scale=0.0, translation=0.0),
        dict(rotation=0.0, scale=0.5, translation=0.0),
        dict(rotation=0.0, scale=0.0, translation=0.2),
        dict(rotation=25.0, scale=0.3, translation=0.1),
    )
    def test_image_mask_and_keypoints_move_together(self, **settings):
        size, x, y = 64, 25, 38
        image = np.zeros((size, size, 3), np.float32)
        image[y - 2 : y + 3, x - 2 : x + 3] = 100
        mask = (image[..., 0] > 0).astype(np.uint8)
        moved_far = 0.0
        for i in range(8):
            moved = cases.apply(
                affine.make(**settings),
                {
                    keys.IMAGE: image,
                    keys.PART_MASK: mask,
                    keys.KEYPOINTS: np.array([[x, y, 2]], np.float32),
                    example_op.SEED: np.array([3, i], np.int32),
                },
            )
            rows, columns = np.indices((size, size))
            for weight in (
                moved[keys.IMAGE][..., 0].numpy(),
                (moved[keys.PART_MASK].numpy() == 1).astype(float),
            ):
                center = [(columns * weight).sum(), (rows * weight).sum()]
                center /= weight.sum()
                np.testing.assert_allclose(
                    moved[keys.KEYPOINTS][0, :2], center, atol=0.6
                )
            moved_far = max(moved_far, np.abs(center - np.array([x, y])).max())
        self.assertGreater(moved_far, 2)

    def test_outside_is_ignored_and_keypoints_there_are_absent(self):
        shift = affine.make(0.0, 0.0, 0.9)
        absent = 0
        for i in range(10):
            moved = shift(cases.example(seed=(0, i)))
            absent += int((moved[keys.KEYPOINTS][:2, 2].numpy() == 0).sum())
            black = (moved[keys.IMAGE].numpy() == 0).all(-1)
            np.testing.assert_array_equal(
                moved[keys.PART_MASK].numpy()[black], 255
            )
        self.assertGreater(absent, 3)

    def test_same_seed_same_result(self):
        op = affine.make(30.0, 0.3, 0.2)
        once, twice = (
            cases.apply(op, cases.example()),
            cases.apply(op, cases.example()),
        )
        other = cases.apply(op, cases.example(seed=(1, 3)))
        np.testing.assert_array_equal(once[keys.IMAGE], twice[keys.IMAGE])
        self.assertGreater(
            np.abs(once[keys.IMAGE] - other[keys.IMAGE]).max(), 1
        )


if __name__ == "__main__":
    absltest.main()

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import augmentation
from kp2part.data import heatmaps
from kp2part.data import ops
from kp2part.data import warps
from kp2part.schema import keys

K_MIRROR = (1, 0, 2)  # left_ear, right_ear, nose
P_MIRROR = (0, 2, 1)  # background, left_leg, right_leg


def example(size=32, seed=(1, 2)):
    rng = np.random.default_rng(0)
    return {
        keys.IMAGE: tf.constant(
            rng.uniform(0, 255, (size, size, 3)), tf.float32
        ),
        keys.PART_MASK: tf.constant(
            rng.choice([0, 1, 2, 255], (size, size)), tf.uint8
        ),
        keys.KEYPOINTS: tf.constant(
            [[3, 5, 2], [20, 9, 1], [0, 0, 0]], tf.float32
        ),
        ops.SEED: tf.constant(seed, tf.int32),
    }


def apply(op, value):
    """Runs an op inside tf.data, which differs from running it eagerly."""
    return next(iter(tf.data.Dataset.from_tensors(value).map(op)))


def draw(op, value, count):
    """Applies an op with as many seeds, inside one tf.data pipeline."""
    seeds = tf.data.Dataset.range(count, output_type=tf.int32)
    return list(seeds.map(lambda i: op({**value, ops.SEED: tf.stack([3, i])})))


class FlipTest(parameterized.TestCase):
    def test_by_hand(self):
        flipped = apply(ops.make_flip(K_MIRROR, P_MIRROR, 1.0), example())
        # Side 32: x becomes 31 - x, and left becomes right.
        np.testing.assert_array_equal(
            flipped[keys.KEYPOINTS],
            [[31 - 20, 9, 1], [31 - 3, 5, 2], [0, 0, 0]],
        )
        mask = example()[keys.PART_MASK].numpy()[:, ::-1]
        expected = np.array([0, 2, 1, *[255] * 253])[mask]
        np.testing.assert_array_equal(flipped[keys.PART_MASK], expected)
        np.testing.assert_array_equal(
            flipped[keys.IMAGE], example()[keys.IMAGE][:, ::-1]
        )

    def test_twice_is_identity(self):
        flip = ops.make_flip(K_MIRROR, P_MIRROR, 1.0)
        twice = apply(flip, apply(flip, example()))
        for key, value in example().items():
            np.testing.assert_array_equal(twice[key], value)

    def test_heatmap_of_the_flipped_is_the_flipped_heatmap(self):
        flip = ops.make_flip(K_MIRROR, P_MIRROR, 1.0)
        keypoints = [
            example()[keys.KEYPOINTS],
            apply(flip, example())[keys.KEYPOINTS],
        ]
        before, after = heatmaps.draw_points(
            tf.stack(keypoints), 32, 2.0
        ).numpy()
        np.testing.assert_allclose(
            after, before[:, ::-1][..., list(K_MIRROR)], atol=1e-6
        )

    def test_fraction(self):
        flip = ops.make_flip(K_MIRROR, P_MIRROR, 0.25)
        examples = (flip(example(seed=(7, i))) for i in range(200))
        first_x = [float(e[keys.KEYPOINTS][0, 0]) for e in examples]
        share = np.mean(np.array(first_x) == 31 - 20)
        self.assertBetween(share, 0.15, 0.35)


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
            moved = apply(
                ops.make_affine(**settings),
                {
                    keys.IMAGE: image,
                    keys.PART_MASK: mask,
                    keys.KEYPOINTS: np.array([[x, y, 2]], np.float32),
                    ops.SEED: np.array([3, i], np.int32),
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
        shift = ops.make_affine(0.0, 0.0, 0.9)
        absent = 0
        for i in range(10):
            moved = shift(example(seed=(0, i)))
            absent += int((moved[keys.KEYPOINTS][:2, 2].numpy() == 0).sum())
            black = (moved[keys.IMAGE].numpy() == 0).all(-1)
            np.testing.assert_array_equal(
                moved[keys.PART_MASK].numpy()[black], 255
            )
        self.assertGreater(absent, 3)

    def test_same_seed_same_result(self):
        op = ops.make_affine(30.0, 0.3, 0.2)
        once, twice = apply(op, example()), apply(op, example())
        other = apply(op, example(seed=(1, 3)))
        np.testing.assert_array_equal(once[keys.IMAGE], twice[keys.IMAGE])
        self.assertGreater(
            np.abs(once[keys.IMAGE] - other[keys.IMAGE]).max(), 1
        )


class ElasticTest(absltest.TestCase):
    def test_image_mask_and_keypoints_move_together(self):
        size, centers = 128, np.array([[30, 40], [90, 25], [70, 100]])
        rows, columns = np.indices((size, size))
        away = [np.hypot(columns - x, rows - y) for x, y in centers]
        discs = np.stack(away, -1) <= 5  # A channel and a part for each.
        still = {
            keys.IMAGE: 100 * discs.astype(np.float32),
            keys.PART_MASK: (discs @ [1, 2, 3]).astype(np.uint8),
            keys.KEYPOINTS: np.float32([[x, y, 2] for x, y in centers]),
        }
        moved_far = 0.0
        for moved in draw(ops.make_elastic(8.0), still, 8):
            keypoints = moved[keys.KEYPOINTS].numpy()
            for k in range(3):
                for weight in (
                    moved[keys.IMAGE][..., k].numpy(),
                    moved[keys.PART_MASK].numpy() == k + 1,
                ):
                    center = np.array(
                        [(columns * weight).sum(), (rows * weight).sum()]
                    )
                    np.testing.assert_allclose(
                        keypoints[k, :2], center / weight.sum(), atol=0.5
                    )
            np.testing.assert_array_equal(keypoints[:, 2], 2)
            moved_far = max(moved_far, np.abs(keypoints[:, :2] - centers).max())
        self.assertGreater(moved_far, 4)

    def test_outside_repeats_the_edge_and_keypoints_there_are_absent(self):
        last, absent = 63, 0
        still = {
            keys.IMAGE: np.full((64, 64, 3), 9, np.float32),
            keys.PART_MASK: np.full((64, 64), 2, np.uint8),
            keys.KEYPOINTS: np.float32(
                [[0, 0, 2], [last, 0, 2], [0, last, 1], [last, last, 2]]
            ),
        }
        for moved in draw(ops.make_elastic(8.0), still, 20):
            np.testing.assert_allclose(moved[keys.IMAGE], 9, rtol=1e-6)
            np.testing.assert_array_equal(moved[keys.PART_MASK], 2)
            keypoints = moved[keys.KEYPOINTS].numpy()
            self.assertBetween(keypoints[:, :2].min(), 0, last)
            self.assertBetween(keypoints[:, :2].max(), 0, last)
            absent += (keypoints[:, 2] == 0).sum()
        self.assertBetween(absent, 1, 40)

    def test_same_seed_same_result(self):
        op = ops.make_elastic(8.0)
        once, twice = apply(op, example()), apply(op, example())
        other = apply(op, example(seed=(1, 3)))
        for key in once:
            np.testing.assert_array_equal(once[key], twice[key])
        for key in keys.IMAGE, keys.PART_MASK, keys.KEYPOINTS:
            self.assertTrue((once[key].numpy() != other[key].numpy()).any())

    def test_nothing_leaves_an_example_alone(self):
        same = apply(ops.make_elastic(0.0), example())
        for key, value in example().items():
            np.testing.assert_array_equal(same[key], value)

    def test_stddev_is_in_pixels_of_a_256_px_crop(self):
        op = ops.make_elastic(4.0)
        points = np.array([[0.25, 0.25, 2], [0.75, 0.5, 2]])
        large, small = (
            op(
                {
                    **example(size=size),
                    keys.KEYPOINTS: tf.constant(
                        points * [size - 1, size - 1, 1], tf.float32
                    ),
                }
            )[keys.KEYPOINTS][:, :2].numpy()
            / (size - 1)
            - points[:, :2]
            for size in (256, 64)
        )
        self.assertGreater(np.abs(large).max(), 0.005)
        np.testing.assert_allclose(large, small, rtol=0.05)  # 64/63, 256/255.

    def test_the_largest_cannot_fold(self):
        # A flow folds where neighbors differ by more than their distance. It
        # is a sum of shifts times what each does alone, so its steepest slope
        # is that of the largest shifts, their signs as bad as can be.
        n = augmentation.ELASTIC_POINTS
        points = tf.reshape(warps.grid(n, n), [-1, 2]) * (255 / (n - 1))
        alone = warps.Spline(points, tf.eye(n * n))
        places = warps.grid(73, 73) * 4 - 16
        along_x = alone(places + [0.5, 0]) - alone(places - [0.5, 0])
        along_y = alone(places + [0, 0.5]) - alone(places - [0, 0.5])
        slope = max(
            float(tf.reduce_max(tf.reduce_sum(tf.abs(d), -1)))
            for d in (along_x + along_y, along_x - along_y)
        )
        self.assertBetween(2 * augmentation.LARGEST_ELASTIC * slope, 0.9, 1.0)


class ColorTest(absltest.TestCase):
    def test_changes_pixels_only(self):
        value = example()
        changed = apply(ops.make_color(0.3), value)
        self.assertGreater(
            np.abs(changed[keys.IMAGE] - value[keys.IMAGE]).mean(), 1
        )
        self.assertBetween(changed[keys.IMAGE].numpy().min(), 0, 255)
        self.assertBetween(changed[keys.IMAGE].numpy().max(), 0, 255)
        np.testing.assert_array_equal(
            changed[keys.PART_MASK], value[keys.PART_MASK]
        )


class KeypointNoiseTest(absltest.TestCase):
    def disturb(self, dropout, jitter):
        op = tf.function(ops.make_keypoint_noise(dropout, jitter))
        before = example()
        moved = [
            op({**before, ops.SEED: tf.constant([3, i])})[keys.KEYPOINTS]
            for i in range(300)
        ]
        return before[keys.KEYPOINTS].numpy(), np.stack(moved)

    def test_dropout_drops_a_fraction_and_keeps_the_others(self):
        before, after = self.disturb(0.25, 0.0)
        kept = after[..., 2] > 0
        self.assertBetween(kept[:, :2].mean(), 0.70, 0.80)
        np.testing.assert_array_equal(after[~kept], 0)
        for k in (0, 1):
            rows = after[kept[:, k], k]
            np.testing.assert_array_equal(rows, [before[k]] * len(rows))

    def test_jitter_has_its_stddev_and_keeps_v(self):
        before, after = self.disturb(0.0, 16.0)  # 2 pixels of 32.
        shift = after[:, 1] - before[1]
        self.assertBetween(shift[:, 0].std(), 1.8, 2.2)
        self.assertBetween(abs(shift[:, 0].mean()), 0, 0.3)
        np.testing.assert_array_equal(shift[:, 2], 0)
        np.testing.assert_array_equal(after[:, 2], 0)  # Absent stays absent.

    def test_jitter_is_in_pixels_of_a_256_px_crop(self):
        op = ops.make_keypoint_noise(0.0, 3.0)
        large, small = (
            op(example(size=size))[keys.KEYPOINTS].numpy()
            - example(size=size)[keys.KEYPOINTS].numpy()
            for size in (256, 64)
        )
        np.testing.assert_allclose(large[1] / 4, small[1], atol=1e-5)


class ResizeTest(absltest.TestCase):
    def test_halves_everything(self):
        resized = apply(ops.make_resize(16), example(size=32))
        self.assertEqual(resized[keys.IMAGE].shape, (16, 16, 3))
        self.assertEqual(resized[keys.PART_MASK].shape, (16, 16))
        np.testing.assert_allclose(
            resized[keys.KEYPOINTS][0],
            [(3 + 0.5) / 2 - 0.5, (5 + 0.5) / 2 - 0.5, 2],
        )


class AugmentationTest(parameterized.TestCase):
    @parameterized.parameters(
        ({"flip": 1.5}, "flip=1.5"),
        ({"scale": -0.1}, "scale=-0.1"),
        ({"color": 1.0}, "below 1. Received: color=1.0"),
        ({"keypoint_dropout": 1.0}, "keypoint_dropout=1.0"),
        ({"keypoint_jitter": -1.0}, "keypoint_jitter=-1.0"),
        ({"rotation": float("nan")}, "rotation=nan"),
        ({"elastic": -1.0}, "elastic=-1.0"),
        ({"elastic": 8.5}, r"in \[0, 8\].*elastic=8.5"),
    )
    def test_errors(self, settings, message):
        with self.assertRaisesRegex(ValueError, message):
            augmentation.Augmentation(**settings)


if __name__ == "__main__":
    absltest.main()

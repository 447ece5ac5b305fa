"""The ops of batches against those of `tf.data`, given the same draws."""

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np
import tensorflow as tf

from kp2part.data import augmentation
from kp2part.data import crops
from kp2part.data.in_memory import batch_ops
from kp2part.data.ops import affine
from kp2part.data.ops import color
from kp2part.data.ops import elastic
from kp2part.data.ops import example_op
from kp2part.data.ops import flip
from kp2part.data.ops import keypoint_noise
from kp2part.schema import keys
from tests import tiny

SIZE, COUNT = 48, 6
STRENGTHS = augmentation.Augmentation(
    0.5, 25.0, 0.3, 0.1, 0.4, 0.25, 3.0, elastic=8.0
)


def examples():
    """Smooth images, so that a shift of 1/1000 pixel changes little."""
    rng = np.random.default_rng(0)
    rows, columns = np.indices((SIZE, SIZE))
    waves = rng.uniform(0.05, 0.4, (COUNT, 3, 2, 1, 1))
    images = np.sin(waves[:, :, 0] * rows + waves[:, :, 1] * columns)
    images = 127 + 120 * np.moveaxis(images, 1, -1)
    masks = rng.choice([0, 1, 2, 255], (COUNT, SIZE // 8, SIZE // 8))
    keypoints = rng.uniform(0, SIZE - 1, (COUNT, 3, 3))
    keypoints[..., 2] = rng.choice([0, 1, 2], (COUNT, 3), p=(0.2, 0.4, 0.4))
    keypoints[keypoints[..., 2] == 0] = 0
    return batch_ops.Batch(
        images.astype(np.float32),
        masks.repeat(8, 1).repeat(8, 2).astype(np.uint8),
        keypoints.astype(np.float32),
    )


def seeds():
    return [tf.constant([3, i]) for i in range(COUNT)]


def one_by_one(op):
    """Applies an op of `tf.data` to each example, with seeds of its own."""
    results = [
        op(
            {
                keys.IMAGE: image,
                keys.PART_MASK: mask,
                keys.KEYPOINTS: keypoints,
                example_op.SEED: seed,
            }
        )
        for image, mask, keypoints, seed in zip(
            *map(tf.constant, examples()), seeds(), strict=True
        )
    ]
    names = keys.IMAGE, keys.PART_MASK, keys.KEYPOINTS
    return batch_ops.Batch(*(np.stack([x[n] for x in results]) for n in names))


def draws(draw):
    return np.stack([draw(seed) for seed in seeds()])


class BatchOpsTest(parameterized.TestCase):
    def check(self, found, wanted, image_delta, share_of_labels, delta):
        found = [keras.ops.convert_to_numpy(x) for x in found]
        np.testing.assert_allclose(found[0], wanted[0], atol=image_delta)
        self.assertEqual(found[1].dtype, np.uint8)
        other = np.mean(found[1] != wanted[1])
        self.assertLessEqual(other, share_of_labels)
        np.testing.assert_allclose(found[2], wanted[2], atol=delta)

    def assert_changed(self, found):
        for before, after in zip(examples(), found, strict=True):
            after = keras.ops.convert_to_numpy(after)
            self.assertGreater(np.mean(before != after), 0.05)

    def test_flip(self):
        chosen = draws(lambda seed: flip.draw(seed, 0.5))
        self.assertBetween(chosen.sum(), 1, COUNT - 1)
        found = batch_ops.flip(examples(), chosen, tiny.CATEGORY)
        mirrors = tiny.CATEGORY.keypoint_mirror, tiny.CATEGORY.part_mirror
        self.check(found, one_by_one(flip.make(*mirrors, 0.5)), 0, 0, 0)
        self.assert_changed(found)

    @parameterized.parameters(
        dict(rotation=40.0),
        dict(scale=0.5),
        dict(translation=0.3),
        dict(rotation=25.0, scale=0.3, translation=0.1),
    )
    def test_affine(self, rotation=0.0, scale=0.0, translation=0.0):
        strengths = augmentation.Augmentation(
            rotation=rotation, scale=scale, translation=translation
        )
        found = batch_ops.affine(examples(), draws(affine.draw), strengths)
        wanted = one_by_one(affine.make(rotation, scale, translation))
        self.check(found, wanted, 0.02, 1e-3, 1e-3)
        self.assert_changed(found)

    def test_elastic(self):
        shift = draws(lambda seed: elastic.draw(seed, 8.0, SIZE))
        found = batch_ops.elastic(examples(), shift)
        wanted = one_by_one(elastic.make(8.0))
        self.check(found, wanted, 0.02, 1e-3, 1e-3)
        self.assert_changed(found)

    def test_color(self):
        factors = draws(lambda seed: color.draw(seed, 0.4))
        found = batch_ops.color(examples(), factors)
        self.check(found, one_by_one(color.make(0.4)), 1e-3, 0, 0)
        changed = np.abs(found.images - examples().images).mean((1, 2, 3))
        self.assertGreater(changed.min(), 1)

    def test_keypoint_noise(self):
        noise = [
            keypoint_noise.draw(seed, (3, 3), 0.25, 20.0, SIZE)
            for seed in seeds()
        ]
        shift, dropped = (np.stack(x) for x in zip(*noise, strict=True))
        found = batch_ops.keypoint_noise(examples(), shift[..., :2], dropped)
        wanted = one_by_one(keypoint_noise.make(0.25, 20.0))
        self.check(found, wanted, 0, 0, 1e-5)
        self.assertGreater(
            np.abs(found.keypoints - examples().keypoints).mean(), 1
        )

    def test_the_tolerance_is_that_of_crops(self):
        points = np.float32(
            [[[-2.8, 5, 2], [-3, 5, 2], [49, 47.9, 1], [50.5, 9, 1]]]
        )
        np.testing.assert_allclose(
            batch_ops.confine(points, SIZE)[0], crops.confine(points[0], SIZE)
        )

    def test_bytes_are_as_good_as_floats(self):
        batch = examples()
        rounded = np.rint(batch.images)
        draw = draws(affine.draw)
        first, second = (
            batch_ops.affine(batch._replace(images=x), draw, STRENGTHS)
            for x in (rounded, rounded.astype(np.uint8))
        )
        np.testing.assert_allclose(first.images, second.images, atol=1e-3)


if __name__ == "__main__":
    absltest.main()

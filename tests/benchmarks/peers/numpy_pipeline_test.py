import importlib.util
import unittest

from absl.testing import absltest
import cv2
import numpy as np

from benchmarks.peers import numpy_heatmaps
from kp2part.data import augmentation
from kp2part.data import heatmaps
from kp2part.schema import task as task_lib
from tests import tiny

SIZE = 64
TASK = task_lib.Task(tiny.CATEGORY, SIZE, 2.0, bones=True)
NOTHING = augmentation.Augmentation(flip=0)


def encoded(index):
    example = tiny.example(index, SIZE)
    # PNG: without loss.
    bgr = cv2.cvtColor(example.image, cv2.COLOR_RGB2BGR)
    files = [
        cv2.imencode(".png", x)[1].tobytes() for x in (bgr, example.part_mask)
    ]
    return *files, example.keypoints


@unittest.skipUnless(
    importlib.util.find_spec("albumentations"),
    "albumentations is not installed, see requirements-bench.txt.",
)
class PipelineTest(absltest.TestCase):
    def batch(self, strengths, draw=numpy_heatmaps.whole):
        from benchmarks.peers import numpy_pipeline

        examples = [encoded(i) for i in range(4)]
        return next(numpy_pipeline.batches(examples, TASK, strengths, 4, draw))

    def test_unchanged_examples(self):
        image, mask, keypoints, maps = self.batch(NOTHING)
        order = np.random.default_rng(0).permutation(4)
        expected = [tiny.example(i, SIZE) for i in order]
        for i, example in enumerate(expected):
            np.testing.assert_array_equal(image[i], example.image)
            np.testing.assert_array_equal(mask[i], example.part_mask)
            np.testing.assert_allclose(
                keypoints[i], example.keypoints, atol=1e-4
            )
        drawn = heatmaps.draw_pose(keypoints, TASK)
        np.testing.assert_allclose(maps, drawn, atol=1e-5)

    def test_all_changes(self):
        strengths = augmentation.Augmentation(
            flip=1, rotation=15, scale=0.2, translation=0.06, color=0.2,
            keypoint_dropout=0.1, keypoint_jitter=2,
        )  # fmt: skip
        image, mask, keypoints = self.batch(strengths, None)
        self.assertEqual(image.dtype, np.float32)
        self.assertEqual(mask.shape, (4, SIZE, SIZE))
        self.assertTrue(np.isin(mask, (0, 1, 2, 255)).all())
        shown = keypoints[keypoints[..., 2] > 0]
        self.assertGreater(len(shown), 2)
        self.assertTrue((shown[:, :2] > -0.5).all())
        # The mirrored nose, 20 px from the top, is still near there.
        nose = keypoints[:, 2]
        self.assertLess(np.abs(nose[nose[:, 2] > 0, 1] - 20).max(), 24)


if __name__ == "__main__":
    absltest.main()

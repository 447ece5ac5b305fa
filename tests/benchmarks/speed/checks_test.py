"""A benchmark refuses to compare programs that do not do the same."""

from absl.testing import absltest
import cv2
import numpy as np

from benchmarks.speed import build
from benchmarks.speed import children
from benchmarks.speed import network
from benchmarks.speed import photos
from benchmarks.speed import training_step


def png(values):
    return cv2.imencode(".png", values.astype(np.uint8))[1].tobytes()


class ChecksTest(absltest.TestCase):
    def test_probabilities(self):
        ours = {"probabilities": np.full([1, 2, 2, 3], 0.3)}
        near = {"probabilities": np.full([1, 2, 2, 3], 0.30001)}
        network.check({"ours": ours, "peer": near})
        for other in (0.4, np.nan):
            far = {"probabilities": np.full([1, 2, 2, 3], other)}
            with self.assertRaisesRegex(ValueError, "peer: .*'ours'.*0.0001"):
                network.check({"ours": ours, "peer": far})

    def test_masks(self):
        mask = np.zeros([20, 20], int)
        mask[:10] = 2
        other = mask.copy()
        other[0, :5] = 1  # Of 200 pixels.
        photos.check({"ours": [png(mask)], "peer": [png(other)]})
        other[:2] = 1  # Of the animal's pixels, not of the photo's.
        with self.assertRaisesRegex(ValueError, "peer: .*95%.*80.00%"):
            photos.check({"ours": [png(mask)], "peer": [png(other)]})
        with self.assertRaises(ValueError):  # A mask less.
            photos.check({"ours": [png(mask)], "peer": []})

    def test_losses(self):
        ours = np.array([2.0, 1.9, 1.8])
        training_step.check({"ours": ours, "peer": ours * 1.005})
        with self.assertRaisesRegex(ValueError, "peer: the losses.*1%"):
            training_step.check({"ours": ours, "peer": ours * (1, 1, 1.1)})

    def test_records(self):
        mask = np.zeros([10, 10], np.uint8)
        build.check({("a", 0): mask}, {("a", 0): mask})
        with self.assertRaisesRegex(ValueError, "98%.*0.00%"):
            build.check({("a", 0): mask}, {("a", 0): mask + 1})
        with self.assertRaisesRegex(ValueError, "same objects.*'b', 1"):
            build.check({("a", 0): mask}, {("b", 1): mask})

    def test_names_of_benchmarks(self):
        children.check(["network", "starts"])
        with self.assertRaisesRegex(ValueError, "`only`.*network.*'net'"):
            children.check(["starts", "net"])


if __name__ == "__main__":
    absltest.main()

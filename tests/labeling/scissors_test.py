"""Both cut and paste alike: with TensorFlow, and with NumPy and OpenCV."""

import pathlib

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.formats.poses import annotation
from kp2part.labeling import array_scissors
from kp2part.labeling import frames
from kp2part.labeling import graph_scissors
from kp2part.labeling import jobs as jobs_lib
from kp2part.schema import task as task_lib
from tests import photo_files
from tests import tiny

TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0, 0.1, "pad")
KEYPOINTS = np.array([[10, 12, 2], [40, 20, 1], [0, 0, 0]], np.float32)
PIXELS = photo_files.picture(60, 80)


class ScissorsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.both = (
            array_scissors.ArrayScissors(TASK),
            graph_scissors.GraphScissors(TASK),
        )

    def source(self, contents):
        path = self.create_tempfile("p.png", contents, mode="wb").full_path
        return frames.Source(jobs_lib.Job("p.png", pathlib.Path(path)))

    def test_pixels(self):
        turned = np.ascontiguousarray(np.rot90(PIXELS))
        tagged = photo_files.tagged(
            photo_files.png(turned), photo_files.exif(6)
        )
        frame = frames.Source(jobs_lib.Job("v.mp4", pathlib.Path()), PIXELS)
        for source in self.source(tagged), frame:
            one, other = (s.pixels(source) for s in self.both)
            self.assertEqual(one.shape, (60, 80, 3))
            np.testing.assert_array_equal(one, other)

    def test_what_cannot_be_decoded(self):
        source = self.source(photo_files.png(PIXELS)[:-300])
        for scissors in self.both:
            with self.assertRaisesRegex(ValueError, "p.png.* whole.*PNG"):
                scissors.pixels(source)

    def test_from_photo_to_mask(self):
        rng = np.random.default_rng(0)
        logits = tf.image.resize(3 * rng.normal(size=(5, 5, 3)), [32, 32])
        probabilities = tf.nn.softmax(logits).numpy()
        for box in None, (3.2, 5.0, 60.7, 50.0), (70.0, 40.0, 95.0, 80.0):
            item = annotation.KeypointAnnotation("cat", box, KEYPOINTS, "p")
            found = []
            for scissors in self.both:
                place = scissors.place(item, PIXELS.shape[:2])
                cut = scissors.cut(PIXELS, KEYPOINTS, place)
                labels, confidence = scissors.paste(probabilities, place)
                found.append((place, cut["keypoints"], labels))
                found[-1] += (cut["image"], confidence)
            one, other = found
            for a, b in zip(one[:3], other[:3], strict=True):
                np.testing.assert_array_equal(a, b)
            np.testing.assert_allclose(one[3], other[3], rtol=0, atol=1e-3)
            np.testing.assert_allclose(one[4], other[4], rtol=0, atol=1e-5)


if __name__ == "__main__":
    absltest.main()

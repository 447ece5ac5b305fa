import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.labeling import frames
from kp2part.labeling import jobs
from tests.labeling import videos


class FramesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        for i, name in enumerate(("a.avi", "b.avi")):
            videos.write_video(self.root / name, 8 * i)

    def job(self, name, frame=None, error=None):
        return jobs.Job(name, self.root / name, error=error, frame=frame)

    def levels(self, *given):
        found = frames.read(self.job(*each) for each in given)
        return [
            None if x.pixels is None else round(float(x.pixels.mean()))
            for x in found
        ]

    def test_frames_are_exact(self):
        found = self.levels(("a.avi", 0), ("a.avi", 5), ("a.avi", 6))
        np.testing.assert_allclose(found, [0, 100, 120], atol=3)
        found = self.levels(("a.avi", 11), ("b.avi", 0), ("b.avi", 11))
        np.testing.assert_allclose(found, [220, 8, 228], atol=3)

    def test_in_any_order(self):
        found = self.levels(("a.avi", 7), ("a.avi", 7), ("a.avi", 2))
        np.testing.assert_allclose(found, [140, 140, 40], atol=3)

    def test_photos_pass(self):
        (self.root / "c.jpg").write_bytes(b"no photo")
        (source,) = frames.read([self.job("c.jpg")])
        self.assertIsNone(source.pixels)
        with self.assertRaisesRegex(ValueError, "c.jpg: not a JPEG or PNG"):
            source.contents()

    def test_what_is_not_there(self):
        (self.root / "no.avi").write_bytes(b"no video")
        for name, frame, words in (
            ("a.avi", videos.COUNT, "a.avi: has only 12 frames"),
            ("a.avi", 500, "a.avi: has only 12 frames"),
            ("no.avi", 0, "no.avi: no video that OpenCV reads"),
        ):
            (source,) = frames.read([self.job(name, frame)])
            with self.assertRaisesRegex(ValueError, words):
                source.contents()

    def test_bad_keypoints_read_nothing(self):
        (source,) = frames.read([self.job("a.avi", 3, "no good")])
        self.assertIsNone(source.pixels)
        with self.assertRaisesRegex(ValueError, "no good"):
            source.contents()


if __name__ == "__main__":
    absltest.main()

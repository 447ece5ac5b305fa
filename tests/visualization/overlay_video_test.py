import dataclasses
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.visualization import overlay_video
from tests.formats import labeled_photos

HEIGHT, WIDTH, COUNT = 48, 64, 5


def frames():
    """Returns the frames 1 and 3 of a video, with a body each."""
    drawn = np.full([20, 30], 2, np.uint8)
    item = labels.LabeledObject("dog", np.zeros([3, 3]), drawn, (10, 20))
    return [
        labels.LabeledPhoto("a.mp4", HEIGHT, WIDTH, (item,), number)
        for number in (1, 3)
    ]


def read(path):
    video = cv2.VideoCapture(str(path))
    found = []
    while True:
        is_frame, frame = video.read()
        if not is_frame:
            return np.array(found), video.get(cv2.CAP_PROP_FPS)
        found.append(frame)


class OverlayVideoTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.video, self.path = self.root / "a.mp4", self.root / "out.mp4"
        code = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(self.video), code, 10, (WIDTH, HEIGHT))
        for _ in range(COUNT):
            writer.write(np.full([HEIGHT, WIDTH, 3], 90, np.uint8))
        writer.release()

    def write(self, photos):
        overlay_video.write(
            photos, labeled_photos.CATEGORY, self.path, video=self.video
        )

    def test_labeled_frames_are_drawn(self):
        self.write(iter(frames()))
        found, rate = read(self.path)
        self.assertEqual(rate, 10)
        self.assertLen(found, COUNT)
        inside = found[:, 26:34, 20:30].mean((1, 2))
        for number, color in enumerate(inside):
            # Green over gray, where there is a body: BGR.
            expected = [40, 180, 40] if number in (1, 3) else [90, 90, 90]
            np.testing.assert_allclose(color, expected, atol=12)
        np.testing.assert_allclose(found[:, :14, :].mean((1, 2)), 90, atol=12)

    @parameterized.parameters(
        ({"frame": COUNT}, "frame 5: must be a frame of .*which has 5"),
        ({"frame": 0}, "frame 0: must be a frame of .* must be in order"),
        ({"frame": None}, "'a.mp4': must be a frame of"),
        ({"width": 70}, "must have the size of .*, 64 x 48. Received: 70 x 48"),
    )
    def test_frames_that_do_not_fit(self, changes, message):
        first, second = frames()
        with self.assertRaisesRegex(ValueError, message):
            self.write([first, dataclasses.replace(second, **changes)])
        self.assertEqual([*self.root.iterdir()], [self.video])

    def test_no_video(self):
        self.video.write_bytes(b"no video")
        with self.assertRaisesRegex(ValueError, "a.mp4: no video that OpenCV"):
            self.write(frames())
        self.assertEqual([*self.root.iterdir()], [self.video])

    def test_the_suffix_says_the_format(self):
        self.path = self.root / "out.gif"
        with self.assertRaisesRegex(ValueError, "must end with .mp4"):
            self.write(frames())

    def test_same_bytes(self):
        self.write(frames())
        first = self.path.read_bytes()
        self.write(frames())
        self.assertEqual(self.path.read_bytes(), first)


if __name__ == "__main__":
    absltest.main()

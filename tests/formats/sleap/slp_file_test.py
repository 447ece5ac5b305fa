import pathlib

from absl.testing import absltest
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from kp2part.system import extras
from tests.formats import dlc_csv

try:
    from PIL import Image as image
    import sleap_io
except ModuleNotFoundError:
    sleap_io = None

CATEGORY = dlc_csv.CATEGORY
NAN = float("nan")


class MissingTest(absltest.TestCase):
    @absltest.skipIf(sleap_io, "sleap-io is installed")
    def test_a_missing_package_is_explained(self):
        path = pathlib.Path(self.create_tempdir()) / "yard.slp"
        path.write_bytes(b"")
        with self.assertRaises(ModuleNotFoundError) as context:
            readers.read_file(path, vocabulary.Vocabulary(CATEGORY))
        self.assertIn("kp2part[sleap]", extras.explain(context.exception))


@absltest.skipUnless(sleap_io, 'needs sleap-io: pip install "kp2part[sleap]"')
class SleapSlpTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "yard.slp"
        self.skeleton = sleap_io.Skeleton(["nose", "Left ear", "right_ear"])
        self.track = sleap_io.Track("a")

    def read(self):
        return readers.read_file(self.path, vocabulary.Vocabulary(CATEGORY))

    def save(self, video, frames):
        labels = sleap_io.Labels(
            [
                sleap_io.LabeledFrame(video, number, instances)
                for number, instances in frames
            ],
            skeletons=[self.skeleton],
        )
        labels.save(str(self.path), verbose=False)

    def instance(self, points, **kwargs):
        return sleap_io.Instance.from_numpy(
            np.float64(points), self.skeleton, track=self.track, **kwargs
        )

    def predicted(self, points, track):
        return sleap_io.PredictedInstance.from_numpy(
            np.float64(points), self.skeleton, track=track, score=0.5
        )

    def test_video(self):
        user = self.instance([[5.5, 6], [7, 8], [1, 1]])
        user["Left ear"]["visible"] = user["right_ear"]["visible"] = False
        user["Left ear"]["complete"] = True
        guess = self.predicted([[9, 9], [9, 9], [9, 9]], self.track)
        other = self.predicted(
            [[3, 4], [NAN, NAN], [NAN, NAN]], sleap_io.Track("b")
        )
        video = sleap_io.Video("yard.mp4", open_backend=False)
        self.save(video, [(0, [user, guess]), (7, [other])])
        found = self.read()
        first, second = (pose_file.Photo("yard.mp4", frame=i) for i in (0, 7))
        self.assertEqual(found.photos, (first, second))
        (item,) = found.annotations[first]
        self.assertEqual(
            (item.class_name, item.box, item.instance), ("*", None, "a")
        )
        # Hidden is what somebody has set; other places are SLEAP's.
        np.testing.assert_array_equal(
            item.keypoints, [[7, 8, 1], [0, 0, 0], [5.5, 6, 2]]
        )
        (item,) = found.annotations[second]
        self.assertEqual(item.instance, "b")
        self.assertEqual(item.source, f"{self.path}: frame 7 (b)")
        np.testing.assert_array_equal(
            item.keypoints, [[0, 0, 0], [0, 0, 0], [3, 4, 2]]
        )

    def test_photos(self):
        names = [str(self.path.parent / f"{i}.png") for i in (3, 4)]
        for name in names:
            image.new("RGB", (4, 3)).save(name)
        video = sleap_io.Video.from_filename(names)
        self.save(video, [(1, [self.instance(np.ones([3, 2]))])])
        (photo,) = self.read().photos
        self.assertEqual(photo, pose_file.Photo(names[1]))

    def test_unknown_name(self):
        self.skeleton = sleap_io.Skeleton(["tail"])
        video = sleap_io.Video("yard.mp4", open_backend=False)
        self.save(video, [(1, [self.instance([[1, 2]])])])
        with self.assertRaisesRegex(ValueError, "yard.slp: unknown keypoint"):
            self.read()

    def test_broken_file(self):
        self.path.write_bytes(b"no HDF5 file")
        with self.assertRaisesRegex(ValueError, "slp: sleap-io cannot read"):
            self.read()


if __name__ == "__main__":
    absltest.main()

import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import h5py
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from tests.formats import sleap_tracks


class SleapH5Test(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "yard.analysis.h5"

    def save(
        self, order=sleap_tracks.DIMS, values=sleap_tracks.TRACKS, **changes
    ):
        arrays = {
            "node_names": np.bytes_(["nose", "Left ear"]),
            "track_names": np.bytes_(["a", "b"]),
            "video_path": "/videos/yard.mp4",
            "tracks": values.transpose(
                [sleap_tracks.DIMS.index(name) for name in order]
            ),
        }
        with h5py.File(self.path, "w") as file:
            for name, value in (arrays | changes).items():
                if value is not None:
                    file[name] = value
            if "tracks" not in changes:
                file["tracks"].attrs["dims"] = json.dumps(order)

    def read(self):
        return readers.read_file(
            self.path, vocabulary.Vocabulary(sleap_tracks.CATEGORY)
        )

    def check(self, found):
        frames = tuple(
            pose_file.Photo("/videos/yard.mp4", frame=i) for i in (0, 1)
        )
        self.assertEqual(found.photos, frames)
        first, second = found.annotations[frames[0]]
        (third,) = found.annotations[frames[1]]
        self.assertEqual([first.instance, second.instance], ["a", "b"])
        self.assertEqual((first.class_name, first.box), ("*", None))
        np.testing.assert_array_equal(
            first.keypoints, [[7, 8, 2], [0, 0, 0], [5.5, 6, 2]]
        )
        np.testing.assert_array_equal(second.keypoints[0], [1, 2, 2])
        np.testing.assert_array_equal(second.keypoints[2], [0, 0, 0])
        np.testing.assert_array_equal(third.keypoints[2], [3, 4, 2])
        self.assertEqual(third.source, f"{self.path}: frame 1 (b)")
        self.assertEqual(found.passed_over, {"without keypoints": 1})

    @parameterized.parameters(
        [sleap_tracks.DIMS], [("track", "xy", "node", "frame")],
        [("node", "frame", "xy", "track")],
    )  # fmt: skip
    def test_any_order(self, order):
        self.save(order)
        self.check(self.read())

    @parameterized.parameters(
        (("track", "xy", "node", "frame"), {}),
        (("track", "xy", "node", "frame"), {"transpose": True}),
        (("frame", "node", "xy", "track"), {"transpose": False}),
    )
    def test_older_files_name_no_dimensions(self, order, attributes):
        self.save(order)
        with h5py.File(self.path, "a") as file:
            del file["tracks"].attrs["dims"]
            file.attrs.update(attributes)
        self.check(self.read())

    def test_one_animal_without_a_name(self):
        self.save(
            sleap_tracks.DIMS,
            sleap_tracks.TRACKS[:, :1],
            track_names=None,
            video_path=b"",
        )
        (photo, (item,)), = self.read().annotations.items()  # fmt: skip
        # Without the video's name, by the name of the file.
        self.assertEqual(photo, pose_file.Photo("yard", frame=0))
        self.assertEqual(item.instance, "")

    @parameterized.parameters(
        ({"node_names": np.bytes_(["nose", "nose"])}, "must be unique.*'nose'"),
        ({"node_names": np.bytes_(["nose"])}, r"\(x, y\) of 1 nodes.*2 of 2"),
        ({"node_names": np.bytes_(["nose", "tail"])}, "unknown.* 'tail'"),
        ({"node_names": 3}, "'node_names' must be a list of texts"),
        ({"track_names": None}, r"must have 2 names of tracks.*\[\]"),
        ({"track_names": np.bytes_(["a", "a"])}, "must have 2 names of tracks"),
        ({"tracks": np.ones([2, 2, 2])}, "'tracks' must have 4 dimensions"),
        ({"tracks": np.bytes_(["a"])}, "'tracks' must have 4 dimensions"),
        ({"video_path": b"\xff"}, "'video_path': must be UTF-8"),
    )  # fmt: skip
    def test_bad_file(self, changes, message):
        self.save(**changes)
        with self.assertRaisesRegex(ValueError, f"analysis.h5: .*{message}"):
            self.read()

    @parameterized.parameters(
        '["frame"]', "frames", '["xy", "xy", "node", "frame"]', '{"xy": 1}',
        '[["xy"], "track", "node", "frame"]', "3",
    )  # fmt: skip
    def test_bad_dims(self, dims):
        self.save()
        with h5py.File(self.path, "a") as file:
            file["tracks"].attrs["dims"] = dims
        with self.assertRaisesRegex(ValueError, "analysis.h5: `dims` of"):
            self.read()

    @parameterized.parameters(sleap_tracks.NAN, float("inf"), 1e8)
    def test_half_a_point(self, value):
        tracks = sleap_tracks.TRACKS.copy()
        tracks[0, 0, 1, 0] = value
        self.save(sleap_tracks.DIMS, tracks)
        message = "h5: frame 0 .a.: node 'Left ear': x and y must be"
        with self.assertRaisesRegex(ValueError, message):
            self.read()


if __name__ == "__main__":
    absltest.main()

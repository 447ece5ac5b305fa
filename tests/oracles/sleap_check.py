"""Holds `formats.sleap.writer` to sleap-io: see `make test-formats`."""

import dataclasses
import pathlib

from absl.testing import absltest
import hypothesis
import numpy as np
import sleap_io

from kp2part.formats import readers
from kp2part.formats.labeled import labels
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from kp2part.formats.sleap import writer as sleap_writer
from tests.formats import labeled_photos
from tests.formats import mutations


class SleapCheck(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "parts.slp"

    def written(self, photos):
        sleap_writer.write(photos, labeled_photos.CATEGORY, self.path)
        return sleap_io.load_slp(str(self.path), open_videos=False)

    def test_all_that_is_special(self):
        read = self.written(iter(labeled_photos.photos()))
        first, nothing, no_part, frame = read.labeled_frames
        self.assertEqual(frame.video.filename, "walks/a.mp4")
        self.assertEqual(frame.frame_idx, 12)
        self.assertEqual(
            [str(name) for name in first.video.filename], ["pets/rex & co.jpg"]
        )
        dog, pet = first.instances
        self.assertEqual((dog.track.name, pet.track), ("rex", None))
        self.assertEqual(dog.category.name, "dog")
        self.assertEqual(dog.points["visible"].tolist(), [True, False, False])
        self.assertEqual(
            [m.name for m in first.masks], ["head", "body", "tail"]
        )
        np.testing.assert_allclose(
            [mask.score for mask in first.masks], [0.9, 0.8, 0], 1e-6
        )
        self.assertEmpty(nothing.instances)
        self.assertLen(no_part.instances, 1)
        self.assertEmpty(no_part.masks)
        self.assertEqual(
            [node.name for node in read.skeleton.nodes],
            [*labeled_photos.CATEGORY.keypoints],
        )

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        photos = [
            dataclasses.replace(photo, name="a.mp4", frame=3 * i)
            for i, photo in enumerate(photos)
        ]
        read = self.written(photos)
        frames = read.labeled_frames
        for frame, photo in zip(frames, photos, strict=True):
            self.assertEqual(frame.frame_idx, photo.frame)
            pairs = zip(frame.instances, photo.objects, strict=True)
            for instance, item in pairs:
                self.check(instance, frame.masks, item, photo)

    def check(self, instance, masks, item, photo):
        x, y, v = item.keypoints.T
        xy = np.where(v > 0, [x, y], np.nan).T
        np.testing.assert_array_equal(instance.points["xy"], xy)
        np.testing.assert_array_equal(instance.points["visible"], v == 2)
        self.assertEqual(instance.track.name, item.instance)
        found = np.zeros([photo.height, photo.width], np.uint8)
        for mask in masks:
            if mask.instance is instance:
                part_id = [*labeled_photos.CATEGORY.parts].index(mask.name)
                found[mask.data.astype(bool)] = part_id
        expected = np.zeros_like(found)
        expected[labels.crop_of(item)] = item.labels
        np.testing.assert_array_equal(found, expected)

    def test_our_reader(self):
        self.written(labeled_photos.named_photos())
        known = vocabulary.Vocabulary(labeled_photos.CATEGORY)
        found = readers.read_file(self.path, known)
        expected = [
            item.keypoints
            for photo in labeled_photos.named_photos()
            for item in photo.objects
            if item.keypoints.any()
        ]
        items = [x for of_photo in found.annotations.values() for x in of_photo]
        for ours, keypoints in zip(items, expected, strict=True):
            np.testing.assert_array_equal(ours.keypoints, keypoints)
        self.assertIn(
            pose_file.Photo("walks/a.mp4", frame=12),
            [
                dataclasses.replace(p, height=None, width=None)
                for p in found.photos
            ],
        )

    def test_same_bytes(self):
        self.written(labeled_photos.photos())
        first = self.path.read_bytes()
        self.written(labeled_photos.photos())
        self.assertEqual(self.path.read_bytes(), first)

    def test_an_error_leaves_nothing(self):
        def broken():
            yield labeled_photos.photos()[0]
            raise RuntimeError("photo")

        with self.assertRaisesRegex(RuntimeError, "photo"):
            self.written(broken())
        self.assertEmpty([*self.path.parent.iterdir()])

    def test_the_suffix_is_sleaps(self):
        self.path = self.path.with_suffix(".h5")
        with self.assertRaisesRegex(ValueError, "must end with .slp"):
            self.written(())


if __name__ == "__main__":
    absltest.main()

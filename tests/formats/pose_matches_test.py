import pathlib

from absl.testing import absltest

from kp2part.formats import photo_directory
from kp2part.formats import pose_matches
from kp2part.formats import vocabulary
from tests.formats import deeplabcut_csv_test


class PoseMatchesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.words = vocabulary.Vocabulary(deeplabcut_csv_test.CATEGORY)

    def match(self, text, name, photos, **kwargs):
        (self.root / name).write_text(text)
        for photo in photos:
            path = self.root / "photos" / photo
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        directory = photo_directory.photos(self.root / "photos")
        found = pose_matches.read(
            self.root / name, self.words, directory, **kwargs
        )
        notes = pose_matches.notes(
            found, directory.files, directory, self.words
        )
        return found, list(notes)

    def test_photos_of_deeplabcut(self):
        found, notes = self.match(
            deeplabcut_csv_test.LABELED,
            "CollectedData_h8.csv",
            ["yard/img01.png", "yard/img02.png", "barn/img01.png"],
        )
        self.assertEqual(
            {key: len(of.annotations) for key, of in found.of_photo.items()},
            {"yard/img01": 1, "yard/img02": 1, "barn/img01": 0},
        )
        self.assertLen(notes, 2)

    def test_without_boxes(self):
        found, notes = self.match(
            deeplabcut_csv_test.LABELED,
            "CollectedData_h8.csv",
            ["yard/img01.png"],
            needs_box=True,
        )
        self.assertEmpty(found.of_photo["yard/img01"].annotations)
        self.assertIn("2 annotations skipped without a box", notes)

    def test_a_frame_is_no_photo(self):
        found, notes = self.match(
            deeplabcut_csv_test.PREDICTED, "yardDLC.csv", ["yard.png"]
        )
        self.assertEmpty(found.of_photo)
        self.assertStartsWith(notes[0], "2 photos with keypoints but not in ")
        self.assertIn("yard frame 0 (nearest: yard), yard frame 7", notes[0])

    def test_min_likelihood(self):
        found, _ = self.match(
            deeplabcut_csv_test.PREDICTED, "yardDLC.csv", [], min_likelihood=1
        )
        self.assertLen(found.strangers, 1)


if __name__ == "__main__":
    absltest.main()

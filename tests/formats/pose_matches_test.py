import pathlib

from absl.testing import absltest

from kp2part.formats import pose_matches
from kp2part.formats.names import vocabulary
from kp2part.formats.photos import photo_directory
from tests.formats import dlc_csv


class PoseMatchesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.words = vocabulary.Vocabulary(dlc_csv.CATEGORY)

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
            dlc_csv.LABELED,
            "CollectedData_h8.csv",
            ["yard/img01.png", "yard/img02.png", "barn/img01.png"],
        )
        self.assertEqual(
            {key: len(of.annotations) for key, of in found.of_photo.items()},
            {"yard/img01": 1, "yard/img02": 1, "barn/img01": 0},
        )
        self.assertLen(notes, 2)

    def test_without_boxes(self):
        lines = ["photo,object,keypoint,x,y,v"]
        lines += ["alone,,nose,1,2,2"]
        lines += [f"named,{i},nose,3,{i},2" for i in (1, 2)]
        lines += ["named,,nose,7,7,2"]
        found, notes = self.match(
            "\n".join(lines),
            "a.csv",
            ["alone.png", "named.png"],
            needs_box=True,
        )
        # The only one of its photo can be found, and those with a name.
        self.assertLen(found.of_photo["alone"].annotations, 1)
        self.assertEqual(
            [a.instance for a in found.of_photo["named"].annotations],
            ["1", "2"],
        )
        self.assertEqual(found.of_photo["named"].others, 1)
        self.assertIn("1 annotation skipped without a box", notes)

    def test_a_frame_is_no_photo(self):
        found, notes = self.match(
            dlc_csv.PREDICTED, "yardDLC.csv", ["yard.png"]
        )
        self.assertEmpty(found.of_photo)
        self.assertStartsWith(notes[0], "2 photos with keypoints but not in ")
        self.assertIn("yard frame 0 (nearest: yard), yard frame 7", notes[0])

    def test_min_likelihood(self):
        found, _ = self.match(
            dlc_csv.PREDICTED, "yardDLC.csv", [], min_likelihood=1
        )
        self.assertLen(found.strangers, 1)


if __name__ == "__main__":
    absltest.main()

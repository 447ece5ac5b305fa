import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from kp2part.formats.deeplabcut import table as deeplabcut
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from tests.formats import dlc_csv


class DeepLabCutCsvTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def save(self, text, name="CollectedData_h8.csv"):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def read(self, path, **kwargs):
        words = vocabulary.Vocabulary(dlc_csv.CATEGORY)
        return readers.read_file(path, words, **kwargs)

    def test_labeled_photos(self):
        path = self.save(dlc_csv.LABELED)
        found = self.read(path)
        photos = [
            pose_file.Photo(f"labeled-data/{name}.png")
            for name in ("yard/img01", "yard/img02", "barn/img01")
        ]
        self.assertEqual(found.photos, tuple(photos))
        (first,), (second,) = found.annotations.values()
        self.assertEqual(
            (first.class_name, first.box, first.instance), ("*", None, "")
        )
        np.testing.assert_array_equal(
            first.keypoints, [[7, 8.25, 2], [0, 0, 0], [5.5, 6, 2]]
        )
        np.testing.assert_array_equal(
            second.keypoints, [[0, 0, 0], [0, 0, 0], [1, 2, 2]]
        )
        self.assertEqual(second.source, f"{path}: line 5")
        self.assertEqual(found.passed_over, {"without keypoints": 1})

    def test_a_path_in_one_column(self):
        (photo,) = self.read(self.save(dlc_csv.OLD)).annotations
        self.assertEqual(photo.name, "labeled-data\\yard\\img01.png")

    def test_predictions(self):
        path = self.save(dlc_csv.PREDICTED, f"yardDLC1{dlc_csv.SCORER}_el.csv")
        found = self.read(path)
        photos = [pose_file.Photo("yardDLC1", frame=i) for i in (0, 7, 8)]
        self.assertEqual(found.photos, tuple(photos))
        (first,), (second,) = found.annotations.values()
        self.assertEqual(list(found.annotations), photos[:2])
        self.assertEqual((first.class_name, first.instance), ("*", "a"))
        # Too unlikely is absent.
        np.testing.assert_array_equal(
            first.keypoints, [[0, 0, 0], [0, 0, 0], [5.5, 6, 2]]
        )
        np.testing.assert_array_equal(second.keypoints[:, 2], [0, 0, 2])
        self.assertEndsWith(first.source, "_el.csv: line 5 (a)")
        self.assertEqual(
            found.passed_over,
            {"of unique body parts": 3, "without keypoints": 1},
        )

    def test_min_likelihood(self):
        path = self.save(dlc_csv.PREDICTED, "yard.csv")
        found = self.read(path, min_likelihood=0.59)
        ((first,), *_) = found.annotations.values()
        np.testing.assert_array_equal(first.keypoints[0], [7, 8, 2])
        for value in (1.5, -0.1, float("nan")):
            with self.assertRaisesRegex(ValueError, rf"`min_like.*{value}"):
                self.read(path, min_likelihood=value)

    def test_the_only_individual_may_be_called_single(self):
        text = dlc_csv.PREDICTED.replace(",a", ",single").replace(
            "door", "right_ear"
        )
        found = self.read(self.save(text, "yard.csv"))
        self.assertEqual(found.annotations.popitem()[1][0].instance, "single")

    @parameterized.parameters(
        (f"yard{dlc_csv.SCORER}.csv", dlc_csv.SCORER, "yard"),
        (f"DLC yard{dlc_csv.SCORER}_filtered.csv", dlc_csv.SCORER, "DLC yard"),
        (f"yard{dlc_csv.SCORER}.csv", "h8", "yard"),
        ("yardDLC_resnet.h5", "h8", "yard"),
        ("yard.v2.csv", dlc_csv.SCORER, "yard.v2"),
        ("DLC_resnet.h5", dlc_csv.SCORER, "DLC_resnet"),
    )
    def test_video_name(self, name, scorer, expected):
        path = pathlib.Path("videos") / name
        self.assertEqual(deeplabcut.video_name(path, scorer), expected)

    def test_directory(self):
        self.save(dlc_csv.LABELED, "yard/CollectedData_h8.csv")
        self.save(
            dlc_csv.OLD.replace("img01", "img3"), "barn/CollectedData_h8.csv"
        )
        self.save("notes", "barn/machinelabels.csv")
        found = self.read(self.root)
        self.assertLen(found.photos, 4)
        self.assertLen(found.annotations, 3)
        self.save(dlc_csv.LABELED, "shed/CollectedData_h8.csv")
        with self.assertRaisesRegex(
            ValueError, "yard/.*: another file has .*1"
        ):
            self.read(self.root)
        self.save(dlc_csv.LABELED, "shed/CollectedData_h9.csv")
        with self.assertRaisesRegex(ValueError, "shed: must have one file"):
            self.read(self.root)

    @parameterized.parameters(
        ("5.5,6", "5.5,", "line 4: body part 'nose': x and y must be .*nan"),
        ("5.5,6", "5.5,6e7", "line 4: body part 'nose': x and y must"),
        ("5.5,6", "5.5,inf", "'nose': `cell` must be a finite .*'inf'"),
        ("5.5,6", "5.5,1_0", "'nose': `cell` must be a finite .*'1_0'"),
        ("5.5,6", "5.5", "line 4 must have 7 cells, as the first.*: 6"),
        ("img02", "img01", "line 5: has the photo of .*line 4: '.*img01"),
        ("yard,img02.png", ",", "line 5: must begin with a frame or a path"),
        ("nose,nose", "nose,noose", "body part 'nose': has no column 'y'"),
        ("Left ear", "nose", "body part 'nose': has two columns 'x'"),
        ("Left ear", "left", "unknown keypoint 'left' .nearest: left_ear"),
        ("Left ear", "Nose", "'nose' and 'Nose' both mean 'nose'"),
        ("coords,,,x,y,x", "coords,,,x,y,z", "'Left ear': .* 3D .* 'z'"),
        (",h8,h8,h8", ",h8,h9,h8", "must be of one scorer.*'h8' and 'h9'"),
        ("nose,nose", "nose,", "a column has no name"),
        ("scorer", "model", r"must begin with the lines .*\['model', 'bod"),
        ("coords", "x", "must begin with the lines"),
        (",", ";", "must begin with the lines"),
        ("img02.png", '"img02.png"s', "line 5 is no CSV: "),
    )
    def test_bad_file(self, old, new, message):
        path = self.save(dlc_csv.LABELED.replace(old, new))
        with self.assertRaisesRegex(ValueError, f"Data_h8.csv: .*{message}"):
            self.read(path)

    def test_no_rows(self):
        path = self.save(dlc_csv.LABELED[: dlc_csv.LABELED.index("labeled")])
        self.assertEmpty(self.read(path).photos)

    def test_export_of_label_studio(self):
        path = self.save('"annotation_id","annotator","kp"\n1,1,[]\n', "a.csv")
        with self.assertRaisesRegex(ValueError, "a.csv: is a shortened export"):
            self.read(path)


if __name__ == "__main__":
    absltest.main()

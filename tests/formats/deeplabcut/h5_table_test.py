import os
import pathlib
import pickle

from absl.testing import absltest
from absl.testing import parameterized
import h5py
import numpy as np

from kp2part.formats import readers
from kp2part.formats.files import pickled_names
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from tests.formats import dlc_h5
from tests.formats import pandas_writer


class DeepLabCutH5Test(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "yardDLC_r.h5"

    def read(self, **kwargs):
        words = vocabulary.Vocabulary(dlc_h5.CATEGORY)
        return readers.read_file(self.path, words, **kwargs)

    def save_labeled(self):
        values = [[5.5, 6, 7, 8.25], [1, 2, dlc_h5.NAN, dlc_h5.NAN]]
        pandas_writer.save_fixed(
            self.path, dlc_h5.LABELED, dlc_h5.PATHS, values
        )

    def save_predicted(self, index=(0, 7)):
        pandas_writer.save_table(
            self.path, dlc_h5.PREDICTED, index, dlc_h5.FRAMES, "tracks"
        )

    def test_labeled_photos(self):
        self.save_labeled()
        found = self.read()
        first, second = found.annotations
        # In the order of the rows, not of their names.
        self.assertEqual(first, pose_file.Photo("labeled-data/yard/img1.png"))
        (item,) = found.annotations[first]
        self.assertEqual((item.class_name, item.box), ("*", None))
        np.testing.assert_array_equal(
            item.keypoints, [[7, 8.25, 2], [0, 0, 0], [5.5, 6, 2]]
        )
        (item,) = found.annotations[second]
        np.testing.assert_array_equal(
            item.keypoints, [[0, 0, 0], [0, 0, 0], [1, 2, 2]]
        )
        self.assertEqual(item.source, f"{self.path}: df_with_missing: row 1")

    def test_not_transposed(self):
        self.save_labeled()
        expected = list(self.read().annotations.values())
        with h5py.File(self.path, "a") as file:
            group = file["df_with_missing"]
            values = group["block0_values"][()]
            del group["block0_values"]
            group["block0_values"] = values.T
        found = list(self.read().annotations.values())
        for (one,), (other,) in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one.keypoints, other.keypoints)

    @parameterized.parameters(([3, 4], 3), ([b"a/1.png", b"a/2.png"], None))
    def test_index_of_one_level(self, index, frame):
        pandas_writer.save_fixed(
            self.path, dlc_h5.LABELED, index, np.ones([2, 4])
        )
        first, _ = self.read().photos
        name = "yard" if frame is not None else "a/1.png"
        self.assertEqual(first, pose_file.Photo(name, frame=frame))

    def test_predictions(self):
        self.save_predicted()
        found = self.read()
        first, second = found.annotations
        self.assertEqual(first, pose_file.Photo("yard", frame=0))
        self.assertEqual(second, pose_file.Photo("yard", frame=7))
        (item,) = found.annotations[first]
        self.assertEqual(item.instance, "b")
        np.testing.assert_array_equal(
            item.keypoints, [[0, 0, 0], [0, 0, 0], [5.5, 6, 2]]
        )
        (item,) = found.annotations[second]
        self.assertEqual(item.instance, "a")
        self.assertEqual(found.passed_over, {"without keypoints": 2})
        (item,) = self.read(min_likelihood=0.5).annotations[first]
        np.testing.assert_array_equal(item.keypoints[0], [7, 8, 2])

    def test_predictions_of_photos(self):
        self.save_predicted([b"a/1.png", b"a/2.png"])
        self.assertEqual(self.read().photos[1], pose_file.Photo("a/2.png"))

    def test_no_program_is_run(self):
        self.save_predicted()
        flag = self.path.parent / "run"

        class Program:
            def __reduce__(self):
                return os.mkdir, (str(flag),)

        for protocol in (0, 2, 4):
            pickled = pickle.dumps(Program(), protocol)
            with h5py.File(self.path, "a") as file:
                file["tracks/table"].attrs["values_block_0_kind"] = np.void(
                    pickled
                )
            with self.assertRaisesRegex(ValueError, "`values_block_0_kind`.*"):
                self.read()
            self.assertFalse(flag.exists())
        pickle.loads(pickled)
        self.assertTrue(flag.exists())

    @parameterized.parameters(
        ("axis0_label1", np.int8([0, 0, 9, 1]), "without a name"),
        ("block0_items_label1", np.int8([0, 0, -1, 1]), "without a name"),
        ("block0_items_label1", np.int8([0, 0]), "must have levels of names"),
        ("block0_items_level1", np.float64([1, 2]), "must be a list"),
        ("block0_items_level1", np.bytes_([b"nose", b"n\xf6se"]), "be UTF-8"),
        ("block0_values", np.ones([2, 3]), r"2 rows of 4 numbers.*\(3, 2\)"),
        ("block0_values", np.bytes_(["a"]), "must have 2 dimensions"),
        ("block0_values", None, "has no array 'block0_values'"),
    )  # fmt: skip
    def test_bad_labeled_photos(self, name, value, message):
        self.save_labeled()
        with h5py.File(self.path, "a") as file:
            del file["df_with_missing"][name]
            if value is not None:
                file["df_with_missing"][name] = value
        with self.assertRaisesRegex(ValueError, f"_r.h5: df_with.*{message}"):
            self.read()

    def test_claims(self):
        self.save_labeled()
        with h5py.File(self.path, "a") as file:
            group = file["df_with_missing"]
            del group["block0_values"]
            group.create_dataset(
                "block0_values", (1 << 20, 1 << 20), "f8", chunks=(1, 1)
            )
        with self.assertRaisesRegex(ValueError, "must have at most .* bytes"):
            self.read()
        other = self.path.parent / "other.h5"
        with h5py.File(other, "w") as file:
            file["values"] = np.ones([2, 4])
        for link in (
            h5py.ExternalLink(str(other), "values"),
            h5py.SoftLink("/nowhere"),
        ):
            with h5py.File(self.path, "a") as file:
                del file["df_with_missing"]["block0_values"]
                file["df_with_missing"]["block0_values"] = link
            with self.assertRaisesRegex(ValueError, "has no array 'block0_val"):
                self.read()
        with h5py.File(self.path, "a") as file:
            del file["df_with_missing"]["block0_values"]
            file["df_with_missing"].create_dataset(
                "block0_values", (2, 4), "f8", external="/etc/passwd"
            )
        with self.assertRaisesRegex(ValueError, "must be in the file itself"):
            self.read()

    @parameterized.parameters(
        ([(1, 2)], "must have a list of names"),
        (3, "must have a list of names"),
        (dlc_h5.PREDICTED[:2], r"2 rows of 2 numbers.*\(2, 12\)"),
        ([("a", str(i)) for i in range(12)], "must have 3 or 4 names.*'0'"),
        ([{}], "must be the pickled names of columns: DICT is none"),
        (
            [*dlc_h5.PREDICTED[:11], ("DLC_r", "a", "left_ear", "z")],
            "3D is not read",
        ),
        (
            [*dlc_h5.PREDICTED[:11], ("x", "a", "left_ear", "y")],
            "be of one scorer",
        ),
    )
    def test_bad_names(self, names, message):
        self.save_predicted()
        with h5py.File(self.path, "a") as file:
            file["tracks/table"].attrs["values_block_0_kind"] = np.bytes_(
                pickle.dumps(names, 0)
            )
        with self.assertRaisesRegex(ValueError, f"_r.h5: .*{message}"):
            self.read()

    @parameterized.parameters(
        (b"", "must be the pickled names of columns"),
        (b"(lp0\n", "must be the pickled names of columns"),
        (b".", "must be the pickled names"),
        (b"a.", "must be the pickled names"),
        (b"g7\n.", "must be the pickled names"),
        (b"cos\nsystem\n.", "GLOBAL is none"),
        (b"(.", "a mark is no value"),
        (b"(l(a.", "a mark is no value"),
        (b"I1\nI2\n.", "must be the pickled names"),
        (b"(lp0\ng0\na.", "a list is there twice"),
        (b"I" + b"9" * 5000 + b"\n.", "must be the pickled names"),
    )
    def test_bad_pickles(self, pickled, message):
        with self.assertRaisesRegex(ValueError, f"here: .*{message}"):
            pickled_names.read(pickled, "here")

    def test_pickles(self):
        names = [("\u00e9l\u00e9phant\nx", "b", 3), ("b", None), [], "\\u0041"]
        found = pickled_names.read(pickle.dumps(names, 0), "here")
        self.assertEqual(found, [list(names[0]), list(names[1]), *names[2:]])

    def test_other_files(self):
        with h5py.File(self.path, "w") as file:
            file["weights"] = 1
        with self.assertRaisesRegex(ValueError, "neither a table .*'weights'"):
            self.read()
        self.path.write_bytes(b"text")
        with self.assertRaisesRegex(ValueError, "cannot be read as an HDF5"):
            self.read()

    def test_two_tables(self):
        self.save_labeled()
        with h5py.File(self.path, "a") as file:
            file.copy("df_with_missing", "copy")
        with self.assertRaisesRegex(ValueError, "must have one table.*'copy'"):
            self.read()


if __name__ == "__main__":
    absltest.main()

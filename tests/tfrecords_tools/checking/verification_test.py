import dataclasses
import pathlib
import struct
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.data import manifest as manifest_lib
from kp2part.data import record_files
from kp2part.data import records
from kp2part.system import checksum
from tests import tiny_photos
from tfrecords_tools.checking import verification

EXAMPLE = records.Example(
    image=np.zeros((32, 32, 3), np.uint8),
    # 8 of 32 rows are ignored, 4 are head.
    part_mask=np.repeat(np.uint8([0, 255, 1]), [20, 8, 4])[:, np.newaxis]
    * np.ones((1, 32), np.uint8),
    keypoints=np.float32([[0, 31, 2], [0, 0, 0], [5, 6, 1]]),
    class_name="dog",
    image_id="p1",
    object_index=0,
    box=(10, 10, 30, 40),
    source_size=(40, 60),
)


def change_keypoint(*row: float) -> dict:
    return {"keypoints": np.float32([row, [0, 0, 0], [0, 0, 0]])}


class VerifyTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def write(self, **splits) -> manifest_lib.Manifest:
        """A split of one shard for each list of examples."""
        entries = {}
        for name, examples in splits.items():
            path = self.root / f"{name}.tfrecord"
            record_files.write(path, map(records.encode, examples))
            shard = manifest_lib.Shard(
                path.name,
                len(examples),
                path.stat().st_size,
                checksum.sha256(path),
            )
            entries[name] = manifest_lib.Split(len(examples), (shard,))
        return manifest_lib.Manifest(
            directory=self.root,
            category=tiny_photos.CATEGORY,
            image_size=32,
            context=0.0,
            aspect="stretch",
            splits=entries,
            settings={},
            table={},
            skipped={},
        )

    def problems(self, manifest):
        return verification.verify(manifest)[1]

    def test_good_records(self):
        other = dataclasses.replace(EXAMPLE, object_index=1)
        manifest = self.write(train=[EXAMPLE, other])
        censuses, problems = verification.verify(manifest)
        self.assertEmpty(problems)
        np.testing.assert_array_equal(
            censuses["train"].pixels[[0, 1, 2, 255]],
            np.array([20, 4, 0, 8]) * 32 * 2,
        )
        lines = verification.report(manifest, censuses).splitlines()
        self.assertEqual(lines[0], "train: 2 records (dog 2)")
        # 4 of 32 rows are head, 8 are ignored.
        self.assertEqual(lines[3].split(), ["head", f"{4 / 32:.2%}", "2"])
        self.assertEqual(lines[4].split(), ["torso", "0.00%", "0"])
        self.assertEqual(lines[5].split(), ["(ignored)", f"{8 / 32:.2%}", "2"])

    @parameterized.named_parameters(
        ("outside", change_keypoint(31.5, 3, 2), "left_ear: lies outside"),
        ("negative", change_keypoint(3, -0.5, 2), "left_ear: lies outside"),
        ("nan", change_keypoint(np.nan, 3, 2), "left_ear: lies outside"),
        ("nan_y", change_keypoint(3, np.nan, 2), "left_ear: lies outside"),
        ("v", change_keypoint(3, 3, 4), "left_ear: v must be 0, 1 or 2: 4"),
        (
            "label",
            {"part_mask": np.full((32, 32), 3, np.uint8)},
            r"unknown labels \[3\]",
        ),
        (
            "mask_size",
            {"part_mask": np.zeros((32, 16), np.uint8)},
            r"`part_mask` must be \(32, 32\) pixels: \(32, 16\)",
        ),
        (
            "image_size",
            {"image": np.zeros((16, 32, 3), np.uint8)},
            r"`image` must be \(32, 32\) pixels: \(16, 32\)",
        ),
        ("class", {"class_name": "cow"}, "class 'cow' is not in"),
        ("box", {"box": (10, 10, 30, 41)}, "box .* 60 x 40 pixels"),
        ("empty_box", {"box": (10, 10, 10, 30)}, "box .* must lie"),
    )
    def test_bad_record(self, change, message):
        bad = dataclasses.replace(EXAMPLE, object_index=1, **change)
        (problem,) = self.problems(self.write(train=[EXAMPLE, bad]))
        self.assertRegex(
            problem, rf"train.tfrecord: record 1: \(p1, object 1\) .*{message}"
        )

    def test_wrong_number_of_keypoints(self):
        bad = dataclasses.replace(EXAMPLE, keypoints=np.zeros((4, 3)))
        (problem,) = self.problems(self.write(train=[bad]))
        self.assertRegex(problem, "record 0: cannot be parsed: .*keypoints")

    def test_a_huge_mask_is_not_decoded(self):
        manifest = self.write(train=[EXAMPLE])
        path = self.root / "train.tfrecord"
        (record,) = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
        message = tf.train.Example.FromString(record)
        masks = message.features.feature["part_mask"].bytes_list.value
        small = masks[0]
        masks[0] = small[:16] + struct.pack(">II", 20000, 20000) + small[24:]
        record_files.write(path, [message.SerializeToString()])
        with mock.patch.object(records, "decode_images") as decode:
            problems = self.problems(manifest)
        decode.assert_not_called()
        self.assertIn(
            "train.tfrecord: record 0: (p1, object 0) `part_mask` must be "
            "(32, 32) pixels: (20000, 20000)",
            problems,
        )

    def test_flipped_byte(self):
        manifest = self.write(train=[EXAMPLE, EXAMPLE], val=[EXAMPLE])
        path = self.root / "train.tfrecord"
        contents = bytearray(path.read_bytes())
        contents[len(contents) // 4] ^= 1
        path.write_bytes(contents)
        problems = self.problems(manifest)
        self.assertEqual(
            problems[:3],
            [
                "train.tfrecord: the checksum (SHA-256) is not the manifest's",
                "train.tfrecord: record 0: corrupt; the rest cannot be read",
                "train.tfrecord: 0 records; the manifest says 2",
            ],
        )

    def test_missing_and_unknown_shards(self):
        manifest = self.write(train=[EXAMPLE])
        (self.root / "train.tfrecord").rename(self.root / "old.tfrecord")
        self.assertEqual(
            self.problems(manifest),
            [
                "old.tfrecord: is not in the manifest",
                "train.tfrecord: no such file",
            ],
        )

    def test_truncated_shard(self):
        manifest = self.write(train=[EXAMPLE])
        path = self.root / "train.tfrecord"
        path.write_bytes(b"")
        problems = self.problems(manifest)
        self.assertRegex(problems[0], "0 bytes; the manifest says [0-9]+")
        self.assertRegex(problems[-1], "0 records; the manifest says 1")

    def test_other_count_in_manifest(self):
        manifest = self.write(train=[EXAMPLE])
        split = dataclasses.replace(manifest.splits["train"], num_records=2)
        manifest = dataclasses.replace(manifest, splits={"train": split})
        self.assertEqual(
            self.problems(manifest),
            [
                "split 'train': the manifest says 2 records, "
                "and 1 for its shards"
            ],
        )

    def test_object_twice(self):
        self.assertEqual(
            self.problems(self.write(train=[EXAMPLE, EXAMPLE])),
            ["split 'train': (p1, object 0) occurs 2 times"],
        )

    def test_photo_in_two_splits(self):
        other = dataclasses.replace(EXAMPLE, object_index=1)
        self.assertEqual(
            self.problems(self.write(train=[EXAMPLE], val=[other])),
            ["splits 'train' and 'val' share photo p1"],
        )


if __name__ == "__main__":
    absltest.main()

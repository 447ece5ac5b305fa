import json
import os
import pathlib
import shutil
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import tensorflow as tf

from kp2part.data import example_folds
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.system import checksum
from tests import tiny


def record_ends(path):
    """Offsets at which the records of a TFRecord file end."""
    ends = [0]
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        # Length (8), its CRC (4), the data, their CRC (4).
        ends.append(ends[-1] + 12 + len(record) + 4)
    return ends[1:]


class IntegrityTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.root), {"train": 4, "val": 4, "test": 4})
        self.train, self.val = (
            self.root / f"{name}-00000-of-00001.tfrecord"
            for name in ("train", "val")
        )
        self.age()

    def age(self):
        """Lets all files be older than what a clock's step could hide."""
        self.enter_context(mock.patch.object(checksum, "_CLOCK_STEP_NS", -1))

    def load(self):
        # As in a process of its own.
        integrity._memory.cache_clear()
        return manifest_lib.load(str(self.root))

    def check(self):
        integrity.check(self.load(), ("train", "val"))

    def assert_refused(self, message):
        for read in (
            lambda: self.check(),
            lambda: example_stream.read(
                example_set.Examples(self.load(), ("val",))
            ),
            lambda: example_folds.classes_of_images(self.load(), ("val",)),
        ):
            with self.assertRaisesRegex(ValueError, message):
                read()

    def test_whole_records_are_read_once(self):
        self.check()
        with mock.patch.object(checksum, "sha256") as sha256:
            self.check()
        sha256.assert_not_called()

    @parameterized.parameters(0, 1, 11)
    def test_cut_at_the_end_of_a_record(self, more):
        size = record_ends(self.val)[1] + more
        whole = self.val.stat().st_size
        self.val.write_bytes(self.val.read_bytes()[:size])
        self.assert_refused(
            f"{self.val}: {size} bytes; the manifest says {whole}. "
            "Run the same tfrecords_tools.build again"
        )

    def test_every_flipped_bit(self):
        whole = self.val.read_bytes()
        self.check()
        for position in range(0, len(whole), len(whole) // 50):
            flipped = bytearray(whole)
            flipped[position] ^= 1 << position % 8
            self.val.write_bytes(flipped)
            with self.assertRaisesRegex(ValueError, "val.*SHA-256"):
                self.check()
        self.val.write_bytes(whole)
        self.check()

    def test_a_flipped_byte_of_the_old_time_of_change(self):
        self.check()
        state = self.val.stat()
        contents = bytearray(self.val.read_bytes())
        contents[99] ^= 1
        with self.val.open("r+b") as file:
            file.write(contents)
        os.utime(self.val, ns=(state.st_atime_ns, state.st_mtime_ns))
        self.assert_refused("SHA-256")

    def test_another_splits_shard(self):
        self.check()
        shutil.copy2(self.train, self.val)
        # Of another size, or of the same.
        self.assert_refused(f"{self.val}: .*manifest")
        manifest = json.loads((self.root / "manifest.json").read_text())
        shards = [s["shards"][0] for s in manifest["splits"].values()]
        shards[1]["num_bytes"] = shards[0]["num_bytes"]
        (self.root / "manifest.json").write_text(json.dumps(manifest))
        self.assert_refused(f"{self.val}: .*SHA-256")

    def test_missing(self):
        self.val.unlink()
        self.assert_refused(f"{self.val}: no such file. Run")

    def test_exchanged(self):
        for a, b in (self.train, "x"), (self.val, self.train), ("x", self.val):
            os.rename(self.root / a, self.root / b)
        with self.assertRaisesRegex(ValueError, r"\(2 files are wrong.\)"):
            self.check()

    def test_one_that_the_manifest_does_not_list(self):
        shutil.copy(self.val, self.root / "val-00001-of-00002.tfrecord")
        self.assert_refused("val-00001-of-00002.tfrecord: is not in the man")

    def test_shards_of_other_splits_need_not_be_there(self):
        (self.root / "test-00000-of-00001.tfrecord").unlink()
        self.check()

    def test_a_file_that_has_just_changed_is_not_remembered(self):
        with mock.patch.object(checksum, "_CLOCK_STEP_NS", 10**18):
            self.check()
        self.assertFalse((self.root / integrity.MEMORY).exists())

    def test_a_damaged_memory_costs_time_only(self):
        self.check()
        file = self.root / integrity.MEMORY
        for text in "", "[1]", '{"a": 1}', file.read_text().replace("a", "b"):
            file.write_text(text)
            self.check()

    def test_a_directory_that_cannot_be_written(self):
        with mock.patch.object(
            checksum.json_file, "write", side_effect=PermissionError
        ):
            self.check()


if __name__ == "__main__":
    absltest.main()

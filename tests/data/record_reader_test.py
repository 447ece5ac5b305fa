import pathlib
import struct

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import record_index
from kp2part.data import record_reader
from kp2part.schema import keys
from tests import tiny


class RecordReaderTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.create_tempdir().full_path
        self.manifest = tiny.write_records(directory, {"train": 4, "val": 2})
        self.path = pathlib.Path(directory) / "train-00000-of-00001.tfrecord"

    def test_records_are_those_of_tensorflow(self):
        wanted = tf.data.TFRecordDataset(str(self.path)).as_numpy_iterator()
        self.assertEqual(list(record_reader.read(self.path)), list(wanted))

    def test_features_are_those_of_tensorflow(self):
        (record, *_) = record_reader.read(self.path)
        found = record_reader.features(record)
        example = tf.train.Example.FromString(record)
        self.assertLen(found, 8)
        for name, feature in example.features.feature.items():
            kind = feature.WhichOneof("kind")
            self.assertEqual(found[name], list(getattr(feature, kind).value))
        np.testing.assert_array_equal(
            np.reshape(found[keys.KEYPOINTS], [3, 3]), tiny.example(0).keypoints
        )

    def test_a_feature_without_values(self):
        example = tf.train.Example()
        example.features.feature["empty"].int64_list.SetInParent()
        example.features.feature["none"].SetInParent()
        found = record_reader.features(example.SerializeToString())
        self.assertEqual(found, {"empty": [], "none": []})

    def test_a_file_that_ends_within_a_record(self):
        contents = self.path.read_bytes()
        for damaged, message in (
            (contents[:-1], r"within record 4: .* more bytes. Found: \d+"),
            (contents + b"\x01" * 5, "within record 5"),
            (contents + struct.pack("<Q", 2**60) + b"\0" * 20, "Found: 16"),
        ):
            self.path.write_bytes(damaged)
            with self.assertRaisesRegex(
                ValueError, f"{self.path}: .*{message}"
            ):
                list(record_reader.read(self.path))

    def test_other_bytes(self):
        with self.assertRaisesRegex(ValueError, "tf.train.Example.*: 3 other"):
            record_reader.features(b"\xff\xff\xff")

    def test_a_record_without_origin_is_named(self):
        record_index._read_file.cache_clear()
        example = tf.train.Example()
        example.features.feature[keys.IMAGE_ID].bytes_list.value.append(b"a")
        with tf.io.TFRecordWriter(str(self.path)) as writer:
            writer.write(example.SerializeToString())
        with self.assertRaisesRegex(
            ValueError, f"{self.path}: record 1 must have .*class_name"
        ):
            record_index._read_file(str(self.path), "")


if __name__ == "__main__":
    absltest.main()

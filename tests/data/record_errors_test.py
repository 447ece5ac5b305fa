import hashlib
import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_errors
from kp2part.evaluation import inference
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.training import trainer
from kp2part.training import workdir as workdir_lib
from tests import run_config
from tests import tiny


def jpeg(height: int, width: int) -> bytes:
    picture = np.zeros([height, width, 3], np.uint8)
    return tf.io.encode_jpeg(picture).numpy()


def bomb() -> bytes:
    """Returns a small file of 400 million pixels."""
    picture = np.zeros([20_000, 20_000], np.uint8)
    return cv2.imencode(".png", picture)[1].tobytes()


class RecordErrorsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir().full_path) / "data"
        tiny.write_records(str(self.path), {"train": 8, "val": 4}, size=32)

    def exchange(self, key: str, contents: bytes) -> manifest_lib.Manifest:
        """Exchanges a file in a record of each split, as if built so."""
        path = self.path / manifest_lib.FILE_NAME
        fields = json.loads(path.read_text())
        for split in fields["splits"].values():
            (shard,) = split["shards"]
            file = self.path / shard["name"]
            dataset = tf.data.TFRecordDataset(str(file))
            records = list(dataset.as_numpy_iterator())
            example = tf.train.Example.FromString(records[2])
            example.features.feature[key].bytes_list.value[0] = contents
            records[2] = example.SerializeToString()
            with tf.io.TFRecordWriter(str(file)) as writer:
                for record in records:
                    writer.write(record)
            shard["num_bytes"] = file.stat().st_size
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            shard["sha256"] = digest
        path.write_text(json.dumps(fields))
        return manifest_lib.load(str(self.path))

    @parameterized.named_parameters(
        ("no_image", keys.IMAGE, b"none", "Invalid JPEG data"),
        ("cut", keys.IMAGE, jpeg(32, 32)[:-99], "Invalid JPEG data"),
        ("of_other_size", keys.IMAGE, jpeg(32, 64), r"\[32 64\] \[32 32\]"),
        ("a_bomb", keys.IMAGE, bomb(), "Invalid JPEG data"),
        ("no_mask", keys.PART_MASK, b"x" * 30, "Image and mask of a record"),
        ("a_bomb_as_mask", keys.PART_MASK, bomb(), r"\[20000 20000\]"),
    )
    def test_a_line_tells_which_directory_and_what_to_do(
        self, key, contents, reason
    ):
        manifest = self.exchange(key, contents)
        message = (
            f"^{self.path}: a record cannot be decoded: [^\n]*{reason}[^\n]* "
            f"python -m tfrecords_tools.verify --tfrecords={self.path} to find"
        )
        model = networks.build("pose_to_part", task_lib.Task(tiny.CATEGORY, 32))
        validation = example_set.Examples(manifest, ("val",))
        with self.assertRaisesRegex(ValueError, message):
            list(inference.predictions(model, validation, 2))

    def test_training_tells_it_too(self):
        self.exchange(keys.IMAGE, b"none")
        config = run_config.make(
            str(self.path),
            network="pose_to_part",
            pose_widths=(2,) * 5,
            num_filters=1,
            batch_size=4,
            epochs=1,
        )
        workdir = workdir_lib.Workdir(self.path.parent / "run")
        with self.assertRaisesRegex(ValueError, "a record cannot be decoded"):
            trainer.train(config, workdir)

    def test_further_directories_are_named_too(self):
        error = tf.errors.InvalidArgumentError(
            None, None, "Invalid JPEG data, size 4"
        )
        with self.assertRaisesRegex(ValueError, "^drawn or labeled: a record"):
            with record_errors.explained("drawn", "labeled"):
                raise error

    def test_other_errors_stay_as_they_are(self):
        error = tf.errors.InvalidArgumentError(None, None, "Matrix size")
        with self.assertRaises(tf.errors.InvalidArgumentError):
            with record_errors.explained(self.path):
                raise error


if __name__ == "__main__":
    absltest.main()

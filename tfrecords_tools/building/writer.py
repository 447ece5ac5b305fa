"""Writes shards atomically."""

from collections.abc import Iterable
import pathlib

import tensorflow as tf

from kp2part.system import atomic


def write_records(path: pathlib.Path, records: Iterable[bytes]) -> int:
    """Writes a TFRecord file and returns the number of its records.

    Args:
        path: Where the file goes.
        records: Serialized examples. If they raise, no file is left behind.

    Raises:
        OSError: The file cannot be written, e.g. as the disk is full.
    """
    num_records = 0

    def save(partial: str):
        nonlocal num_records
        with tf.io.TFRecordWriter(partial) as writer:
            for record in records:
                writer.write(record)
                num_records += 1

    try:
        atomic.write(path, save)
    except tf.errors.OpError as error:
        raise OSError(
            f"{path}: cannot be written: {error.message}. Running the same "
            "command again resumes the build."
        ) from error
    return num_records

"""Writes TFRecord files atomically, and describes them for the manifest."""

from collections.abc import Iterable
import pathlib

import tensorflow as tf

from kp2part.data import manifest
from kp2part.system import atomic
from kp2part.system import checksum


def write(path: pathlib.Path, records: Iterable[bytes]) -> manifest.Shard:
    """Writes a TFRecord file and returns what the manifest says of it.

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
        raise OSError(f"{path}: cannot be written: {error.message}") from error
    return manifest.Shard(
        name=path.name,
        num_records=num_records,
        num_bytes=path.stat().st_size,
        sha256=checksum.sha256(path),
    )

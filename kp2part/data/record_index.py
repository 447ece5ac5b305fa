"""The origin of each record of a directory, read once.

Selects folds, classes and fractions without decoding images.
"""

from collections.abc import Sequence
import functools
from typing import NamedTuple

import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.schema import keys

_MAX_FILES = 8192


class Origin(NamedTuple):
    """Where a record comes from.

    Attributes:
        image_id: The source photo's name, without folder and suffix.
        class_name: E.g. "horse".
        object_index: 0-based, in the photo's annotation file.
    """

    image_id: str
    class_name: str
    object_index: int


def read(
    manifest: manifest_lib.Manifest, splits: Sequence[str]
) -> list[Origin]:
    """Returns the origins of all records of some splits, in stored order."""
    paths = integrity.paths(manifest, splits)
    shards = [x for split in splits for x in manifest.split(split).shards]
    return [
        origin
        for path, shard in zip(paths, shards, strict=True)
        # The checksum invalidates the cache when records are rebuilt.
        for origin in _read_file(str(path), shard.sha256)
    ]


@functools.lru_cache(_MAX_FILES)
def _read_file(path: str, sha256: str) -> tuple[Origin, ...]:
    del sha256  # Part of the cache key.
    string = tf.io.FixedLenFeature([], tf.string)
    features = {
        keys.IMAGE_ID: string,
        keys.CLASS_NAME: string,
        keys.OBJECT_INDEX: tf.io.FixedLenFeature([], tf.int64),
    }
    records = tf.data.TFRecordDataset(path).map(
        lambda record: tf.io.parse_single_example(record, features)
    )
    return tuple(
        Origin(
            row[keys.IMAGE_ID].decode(),
            row[keys.CLASS_NAME].decode(),
            int(row[keys.OBJECT_INDEX]),
        )
        for row in records.as_numpy_iterator()
    )

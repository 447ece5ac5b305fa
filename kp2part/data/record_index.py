"""The origin of each record of a directory, read once.

Selects folds, classes and fractions without decoding images or TensorFlow.
"""

from collections.abc import Sequence
import functools
from typing import NamedTuple

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_reader
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
    records = enumerate(record_reader.read(path), 1)
    return tuple(_origin(record, path, number) for number, record in records)


def _origin(record: bytes, path: str, number: int) -> Origin:
    names = keys.IMAGE_ID, keys.CLASS_NAME, keys.OBJECT_INDEX
    try:
        values = record_reader.features(record)
        (image_id,), (class_name,), (index,) = (values[x] for x in names)
        return Origin(image_id.decode(), class_name.decode(), index)
    except (KeyError, ValueError) as error:
        raise ValueError(
            f"{path}: record {number} must have one value of each of "
            f"{', '.join(names)}: {error}"
        ) from error

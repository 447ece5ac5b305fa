"""Records of which only the first few are left, for a dry run."""

import dataclasses
import hashlib
import itertools
import pathlib
import struct

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_reader
from kp2part.system import atomic
from kp2part.system import json_file

# Nobody who reads `record_reader` looks at the checksums of frames.
_CHECKSUM = bytes(4)


def write(records: str, directory: pathlib.Path, count: int) -> str:
    """Writes the first records of each split, and their manifest.

    Args:
        records: Directory of records.
        directory: Where to.
        count: Number of records of each split.

    Returns:
        The directory.
    """
    manifest = manifest_lib.load(records)
    splits = {}
    for name in manifest.splits:
        path = integrity.paths(manifest, [name])[0]
        first = itertools.islice(record_reader.read(path), count)
        contents = b"".join(
            struct.pack("<Q", len(x)) + _CHECKSUM + x + _CHECKSUM for x in first
        )
        atomic.write_bytes(directory / path.name, contents)
        digest = hashlib.sha256(contents).hexdigest()
        shard = manifest_lib.Shard(path.name, count, len(contents), digest)
        splits[name] = manifest_lib.Split(count, (shard,))
    shorter = dataclasses.replace(manifest, splits=splits)
    json_file.write(directory / manifest_lib.FILE_NAME, shorter.to_json())
    return str(directory)

"""Whether shards are those of the manifest: nothing else is ever read.

TFRecord's own checksums do not tell: a file that was cut between two records
is a whole, shorter file, and so is that of another split. No TensorFlow here.
"""

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
import functools
import pathlib

from absl import logging

from kp2part.data import manifest as manifest_lib
from kp2part.system import checksum

Fault = tuple[str, str]  # Name of a file, and what is wrong with it.
MEMORY = ".checksums.json"  # In the directory of the records.
WRONG_CHECKSUM = "the checksum (SHA-256) is not the manifest's"
_REMEDY = (
    "Run the same tfrecords_tools.build again, or copy the directory once more "
    "from where it came."
)


def paths(
    manifest: manifest_lib.Manifest, splits: Collection[str]
) -> list[pathlib.Path]:
    """Returns the files of some splits, in order, once they are checked.

    Raises:
        ValueError: See `check`; or there is no such split.
    """
    check(manifest, splits)
    shards = [x for name in splits for x in manifest.split(name).shards]
    return [manifest.directory / shard.name for shard in shards]


def check(manifest: manifest_lib.Manifest, splits: Collection[str]):
    """Checks that the shards of some splits are those of the manifest.

    Sizes first. Checksums are computed once; later only for files that have
    changed, see `checksum.Memory`.

    Raises:
        ValueError: A shard is missing, damaged or exchanged, or there is one
            that the manifest does not list; the message names the first.
    """
    shards = [x for name in splits for x in manifest.split(name).shards]
    problems = [*strangers(manifest), *_faults(manifest, shards)]
    if problems:
        name, text = problems[0]
        more = f" ({len(problems)} files are wrong.)" if problems[1:] else ""
        raise ValueError(
            f"{manifest.directory / name}: {text}.{more} {_REMEDY}"
        )
    _memory(manifest.directory.absolute()).save()


def is_whole(manifest: manifest_lib.Manifest) -> bool:
    """Returns whether all shards are those of the manifest.

    Logs what is wrong, and writes nothing.
    """
    shards = [x for split in manifest.splits.values() for x in split.shards]
    faults = list(_faults(manifest, shards))
    for name, text in faults:
        logging.warning("%s: %s", manifest.directory / name, text)
    return not faults


def strangers(manifest: manifest_lib.Manifest) -> Iterator[Fault]:
    """Yields the shards that the manifest does not list."""
    splits = manifest.splits.values()
    known = {shard.name for split in splits for shard in split.shards}
    for path in sorted(manifest.directory.glob("*.tfrecord")):
        # A name that begins with a dot is that of a file being written.
        if path.name not in known and not path.name.startswith("."):
            yield path.name, "is not in the manifest"


def size_fault(path: pathlib.Path, shard: manifest_lib.Shard) -> str | None:
    """Returns what is wrong with the size of a shard, None if nothing is."""
    if not path.is_file():
        return "no such file"
    if (size := path.stat().st_size) != shard.num_bytes:
        return f"{size} bytes; the manifest says {shard.num_bytes}"
    return None


def _faults(
    manifest: manifest_lib.Manifest, shards: Sequence[manifest_lib.Shard]
) -> Iterator[Fault]:
    places = {shard: manifest.directory / shard.name for shard in shards}
    # All sizes before the first checksum: they cost nothing.
    wrong = {shard: size_fault(path, shard) for shard, path in places.items()}
    yield from ((shard.name, text) for shard, text in wrong.items() if text)
    if any(wrong.values()):
        return
    memory = _memory(manifest.directory.absolute())
    for shard, path in places.items():
        # The memory may be damaged as well: what it denies is read again.
        if not (
            memory.sha256(path) == shard.sha256
            or memory.read(path) == shard.sha256
        ):
            yield shard.name, WRONG_CHECKSUM


@functools.cache
def _memory(directory: pathlib.Path) -> checksum.Memory:
    return checksum.Memory(directory / MEMORY)

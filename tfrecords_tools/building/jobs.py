"""The shards of a build: self-contained jobs, pickled to worker processes."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import hashlib
import pathlib

from kp2part.system import checksum
from kp2part.system import json_file
from tfrecords_tools.building import fingerprints
from tfrecords_tools.building import settings as settings_lib
from tfrecords_tools.building import sources

UNFINISHED = "unfinished"  # Directory of a build in progress.


@dataclasses.dataclass(frozen=True)
class Job:
    """The contents of one shard.

    Attributes:
        split: Name of the split it belongs to.
        path: Where the shard goes.
        scratch: Directory of the unfinished build, for the shard's report.
        sources: The photos, in order.
        settings: How they become records.
    """

    split: str
    path: pathlib.Path
    scratch: pathlib.Path
    sources: tuple[sources.Source, ...]
    settings: settings_lib.Settings

    @property
    def report_path(self) -> pathlib.Path:
        """Where the report goes: the shard's entry for the manifest."""
        return self.scratch / f"{self.path.name}.json"

    @property
    def inputs(self) -> str:
        """Checksum of the inputs of the shard."""
        return fingerprints.of({self.split: self.sources})

    def report(self) -> dict | None:
        """Returns the report if the shard is intact and of the same inputs."""
        if not (self.report_path.is_file() and self.path.is_file()):
            return None
        report = json_file.read(self.report_path)
        if report.get("inputs") != self.inputs:
            return None
        matches = report["shard"]["sha256"] == checksum.sha256(self.path)
        return report if matches else None


def deal(
    splits: Mapping[str, Sequence[sources.Source]],
    settings: settings_lib.Settings,
    output: pathlib.Path,
) -> list[Job]:
    """Returns a job for each shard of each split."""
    return [
        Job(split, output / name, output / UNFINISHED, chunk, settings)
        for split, photos in splits.items()
        for name, chunk in _deal(split, photos, settings)
    ]


def _deal(split, photos, settings) -> Iterator[tuple[str, tuple]]:
    def position(source: sources.Source) -> bytes:
        key = f"{settings.seed}/{source.image_id}"
        return hashlib.sha256(key.encode()).digest()

    shuffled = sorted(photos, key=position)
    size = settings.images_per_shard
    count = -(-len(shuffled) // size)
    for i in range(count):
        chunk = tuple(shuffled[i * size : (i + 1) * size])
        yield f"{split}-{i:05d}-of-{count:05d}.tfrecord", chunk

"""Sets of records to read: splits, folds, classes or fractions of them.

`example_stream` reads them with `tf.data`.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import itertools
import pathlib

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_index
from kp2part.data import record_reader


@dataclasses.dataclass(frozen=True)
class Examples:
    """A set of records: splits of a directory, or a selection from them.

    Attributes:
        manifest: The directory of records.
        splits: Names of its splits.
        image_ids: If given, only the objects of these photos.
        classes: If given, only objects of these classes.
        fraction: Fraction of the objects, in (0, 1]. A smaller fraction is a
            subset of a larger one.
        seed: Seed that selects the objects of a fraction.
        priors: If given, the directory of their priors, see `pose_priors`.
        extra: Further sets, of other directories.
    """

    manifest: manifest_lib.Manifest
    splits: tuple[str, ...]
    image_ids: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    fraction: float = 1.0
    seed: int = 0
    priors: pathlib.Path | None = None
    extra: tuple["Examples", ...] = ()

    @property
    def files(self) -> list[tuple[str, ...]]:
        """The shards to read, each with the file of its priors if any.

        They are checked, see `integrity.check`. Further sets have their own.
        """
        shards = [x for s in self.splits for x in self.manifest.split(s).shards]
        paths = integrity.paths(self.manifest, self.splits)
        files = [(str(path),) for path in paths]
        if self.priors is None:
            return files
        priors = [str(priors_file(self.priors, x)) for x in shards]
        return [(*f, p) for f, p in zip(files, priors, strict=True)]

    def count(self) -> int:
        """Returns the number of examples."""
        if self._is_whole:
            return sum(self.manifest.split(s).num_records for s in self.splits)
        return len(self.origins())

    def origins(self) -> list[record_index.Origin]:
        """Returns where each example comes from, in the order of the files.

        Reads the records only once; later calls use a cache.
        """
        further = (x for more in self.extra for x in more.origins())
        return [*self.own_origins(), *further]

    def own_origins(self) -> list[record_index.Origin]:
        """Returns the same without those of further sets."""
        found = record_index.read(*self._source)
        return list(itertools.compress(found, self._chosen(found)))

    def records(self) -> Iterator[tuple[str, bytes]]:
        """Yields the records in the order of the files, without TensorFlow.

        Before each comes where it is, for messages.
        """
        chosen = iter(self._chosen(record_index.read(*self._source)))
        for path in integrity.paths(*self._source):
            for number, record in enumerate(record_reader.read(path), 1):
                if next(chosen):
                    yield f"{path}, record {number}", record
        for more in self.extra:
            yield from more.records()

    @property
    def _source(self) -> tuple[manifest_lib.Manifest, tuple[str, ...]]:
        return self.manifest, self.splits

    def _chosen(self, found: Sequence[record_index.Origin]) -> list[bool]:
        """Returns whether each record of the splits is one of this set."""
        chosen = [
            (self.image_ids is None or x.image_id in self.image_ids)
            and (self.classes is None or x.class_name in self.classes)
            for x in found
        ]
        if self.fraction == 1 or not found:
            return chosen
        from kp2part.data import fractions  # Needs TensorFlow.

        images, _, indices = zip(*found, strict=True)
        drawn = fractions.contains(self.fraction, self.seed, images, indices)
        both = zip(chosen, drawn.numpy(), strict=True)
        return [bool(a and b) for a, b in both]

    @property
    def _is_whole(self) -> bool:
        limited = self.image_ids is not None or self.classes is not None
        return not limited and self.fraction == 1 and not self.extra


def priors_file(
    directory: pathlib.Path, shard: manifest_lib.Shard
) -> pathlib.Path:
    """Returns the file with the prior of each record of a shard."""
    # Named after the contents, so that rebuilt records get no stale priors.
    return directory / f"{shard.sha256[:16]}.tfrecord"

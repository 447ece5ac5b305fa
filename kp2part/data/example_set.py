"""Sets of records to read: splits, folds, classes or fractions of them.

TensorFlow is imported only where records are read by it.
"""

import collections
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import itertools
import pathlib
from typing import TYPE_CHECKING

from kp2part.data import folds
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_index
from kp2part.data import record_reader
from kp2part.schema import keys

if TYPE_CHECKING:
    import tensorflow as tf

_SHUFFLE_BUFFER = 4096  # Encoded examples of about 20 kB.
_NUM_OPEN_SHARDS = 8
_NUM_BUCKETS = 2**20


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
        return [*self._own_origins(), *further]

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

    def _own_origins(self) -> list[record_index.Origin]:
        found = record_index.read(*self._source)
        return list(itertools.compress(found, self._chosen(found)))

    def _chosen(self, found: Sequence[record_index.Origin]) -> list[bool]:
        """Returns whether each record of the splits is one of this set."""
        chosen = [
            (self.image_ids is None or x.image_id in self.image_ids)
            and (self.classes is None or x.class_name in self.classes)
            for x in found
        ]
        if self.fraction == 1 or not found:
            return chosen
        images, _, indices = zip(*found, strict=True)
        drawn = self._in_fraction(images, indices).numpy()
        return [bool(a and b) for a, b in zip(chosen, drawn, strict=True)]

    def read(self) -> "tf.data.Dataset":
        """Returns parsed examples in the order of the files, images encoded."""
        import tensorflow as tf

        files = tf.data.Dataset.from_tensor_slices(self.files)
        dataset = self._parse(files.flat_map(_read_file))
        for more in self.extra:
            dataset = dataset.concatenate(more.read())
        return dataset

    def read_shuffled(self, seed: int) -> "tf.data.Dataset":
        """Returns parsed examples, reshuffled in each pass, images encoded.

        Args:
            seed: Determines the order in every pass.
        """
        import tensorflow as tf

        sets = (self, *self.extra)
        dataset = self._interleave(seed)
        if self.extra:  # In turn by chance: a buffer would not mix large sets.
            dataset = tf.data.Dataset.sample_from_datasets(
                [one._interleave(seed) for one in sets],
                [float(len(one._own_origins())) for one in sets],
                seed=seed,
                rerandomize_each_iteration=True,
            )
        return dataset.shuffle(_SHUFFLE_BUFFER, seed=seed)

    def _interleave(self, seed: int) -> "tf.data.Dataset":
        import tensorflow as tf

        files = tf.data.Dataset.from_tensor_slices(self.files)
        lines = files.shuffle(len(self.files), seed=seed).interleave(
            _read_file,
            cycle_length=_NUM_OPEN_SHARDS,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        return self._parse(lines)

    def _parse(self, lines: "tf.data.Dataset") -> "tf.data.Dataset":
        from kp2part.data import records

        num_keypoints = len(self.manifest.category.keypoints)

        def parse(line):
            example = records.parse(line[0], num_keypoints)
            if self.priors is not None:
                example[keys.PRIOR_MAPS] = line[1]
            return example

        dataset = lines.map(parse)
        if self.image_ids is not None:
            dataset = dataset.filter(
                _make_filter(keys.IMAGE_ID, self.image_ids)
            )
        if self.classes is not None:
            dataset = dataset.filter(
                _make_filter(keys.CLASS_NAME, self.classes)
            )
        if self.fraction < 1:
            dataset = dataset.filter(
                lambda example: self._in_fraction(
                    example[keys.IMAGE_ID], example[keys.OBJECT_INDEX]
                )
            )
        return dataset

    @property
    def _is_whole(self) -> bool:
        limited = self.image_ids is not None or self.classes is not None
        return not limited and self.fraction == 1 and not self.extra

    def _in_fraction(self, image_ids, object_indices):
        import tensorflow as tf

        names = [
            str(self.seed),
            image_ids,
            tf.strings.as_string(tf.cast(object_indices, tf.int64)),
        ]
        # Fingerprint64: stable across versions and platforms.
        bucket = tf.strings.to_hash_bucket_fast(
            tf.strings.join(names, "/"), _NUM_BUCKETS
        )
        return bucket < round(self.fraction * _NUM_BUCKETS)


def classes_of_images(
    manifest: manifest_lib.Manifest, splits: Sequence[str]
) -> dict[str, str]:
    """Returns each photo's most frequent class, by its id."""
    classes = collections.defaultdict(collections.Counter)
    for origin in record_index.read(manifest, splits):
        classes[origin.image_id][origin.class_name] += 1
    # Ties go to the first name: Counter would depend on the reading order.
    return {
        image: min(counts, key=lambda c: (-counts[c], c))
        for image, counts in classes.items()
    }


def deal_folds(
    manifest: manifest_lib.Manifest,
    num_folds: int,
    previous: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Returns the fold of each photo of all splits, see `folds.deal`."""
    classes = classes_of_images(manifest, tuple(manifest.splits))
    return folds.deal(classes, num_folds, previous=previous)


def fold_examples(
    manifest: manifest_lib.Manifest, dealt: Mapping[str, int], fold: int
) -> tuple[Examples, Examples]:
    """Returns the examples outside a fold, and those in it.

    Args:
        manifest: The directory of records; all splits are used.
        dealt: The fold of each photo.
        fold: Number of the fold to hold out.
    """
    held_out = frozenset(i for i, f in dealt.items() if f == fold)
    names = tuple(manifest.splits)
    return (
        Examples(manifest, names, frozenset(dealt) - held_out),
        Examples(manifest, names, held_out),
    )


def priors_file(
    directory: pathlib.Path, shard: manifest_lib.Shard
) -> pathlib.Path:
    """Returns the file with the prior of each record of a shard."""
    # Named after the contents, so that rebuilt records get no stale priors.
    return directory / f"{shard.sha256[:16]}.tfrecord"


def _read_file(paths) -> "tf.data.Dataset":
    import tensorflow as tf

    # string [1]: a record; [2]: a record and its prior.
    columns = [tf.data.TFRecordDataset(path) for path in tf.unstack(paths)]
    return tf.data.Dataset.zip(*columns).map(lambda *line: tf.stack(line))


def _make_filter(key: str, values: frozenset[str]) -> Callable:
    import tensorflow as tf

    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(
            sorted(values), [True] * len(values), tf.string, tf.bool
        ),
        default_value=False,
    )
    return lambda example: table.lookup(example[key])

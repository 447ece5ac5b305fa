"""Reads a set of records with `tf.data`."""

from collections.abc import Callable

import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import fractions
from kp2part.data import records
from kp2part.schema import keys

_SHUFFLE_BUFFER = 4096  # Encoded examples of about 20 kB.
_NUM_OPEN_SHARDS = 8


def read(examples: example_set.Examples) -> tf.data.Dataset:
    """Returns parsed examples in the order of the files, images encoded."""
    files = tf.data.Dataset.from_tensor_slices(examples.files)
    dataset = _parse(examples, files.flat_map(_read_file))
    for more in examples.extra:
        dataset = dataset.concatenate(read(more))
    return dataset


def read_shuffled(examples: example_set.Examples, seed: int) -> tf.data.Dataset:
    """Returns parsed examples, reshuffled in each pass, images encoded.

    Args:
        examples: What to read.
        seed: Determines the order in every pass.
    """
    dataset = _interleave(examples, seed)
    if examples.extra:  # In turn by chance: a buffer would not mix large sets.
        sets = (examples, *examples.extra)
        dataset = tf.data.Dataset.sample_from_datasets(
            [_interleave(one, seed) for one in sets],
            [float(len(one.own_origins())) for one in sets],
            seed=seed,
            rerandomize_each_iteration=True,
        )
    return dataset.shuffle(_SHUFFLE_BUFFER, seed=seed)


def _interleave(examples: example_set.Examples, seed: int) -> tf.data.Dataset:
    files = tf.data.Dataset.from_tensor_slices(examples.files)
    lines = files.shuffle(len(examples.files), seed=seed).interleave(
        _read_file,
        cycle_length=_NUM_OPEN_SHARDS,
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    )
    return _parse(examples, lines)


def _read_file(paths) -> tf.data.Dataset:
    # string [1]: a record; [2]: a record and its prior.
    columns = [tf.data.TFRecordDataset(path) for path in tf.unstack(paths)]
    return tf.data.Dataset.zip(*columns).map(lambda *line: tf.stack(line))


def _parse(
    examples: example_set.Examples, lines: tf.data.Dataset
) -> tf.data.Dataset:
    num_keypoints = len(examples.manifest.category.keypoints)

    def parse(line):
        example = records.parse(line[0], num_keypoints)
        if examples.priors is not None:
            example[keys.PRIOR_MAPS] = line[1]
        return example

    return _chosen(examples, lines.map(parse))


def _chosen(
    examples: example_set.Examples, dataset: tf.data.Dataset
) -> tf.data.Dataset:
    for key, values in (
        (keys.IMAGE_ID, examples.image_ids),
        (keys.CLASS_NAME, examples.classes),
    ):
        if values is not None:
            dataset = dataset.filter(_make_filter(key, values))
    if examples.fraction < 1:
        dataset = dataset.filter(
            lambda example: fractions.contains(
                examples.fraction,
                examples.seed,
                example[keys.IMAGE_ID],
                example[keys.OBJECT_INDEX],
            )
        )
    return dataset


def _make_filter(key: str, values: frozenset[str]) -> Callable:
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(
            sorted(values), [True] * len(values), tf.string, tf.bool
        ),
        default_value=False,
    )
    return lambda example: table.lookup(example[key])

"""From TFRecords to the batches that a network takes.

    examples = input_pipeline.Examples(manifest, ("train",))
    batches = input_pipeline.train_batches(examples, task, batch_size=24)
    model.fit(
        batches.map(input_pipeline.make_select(model)),
        steps_per_epoch=input_pipeline.steps_per_epoch(examples, 24),
        ...
    )

Images stay encoded until an example is due, and heatmaps are drawn per batch:
nothing of the size of an image waits in memory.
"""

import collections
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math

import keras
import tensorflow as tf

from kp2part import folds
from kp2part import manifest as manifest_lib
from kp2part import ops
from kp2part import records
from kp2part import schema

_SHUFFLE_BUFFER = 4096  # Encoded examples of about 20 kB.
_NUM_OPEN_SHARDS = 8
_NUM_BUCKETS = 2**20


@dataclasses.dataclass(frozen=True)
class Examples:
    """A set of records: some splits of a directory, or some photos of them.

    Attributes:
        manifest: The directory.
        splits: Names of its splits.
        image_ids: If given, only the objects of these photos.
        classes: If given, only objects of these classes.
        share: Share of the objects, in (0, 1]. A smaller share is part of a
            larger one.
        seed: Which objects belong to a share.
    """

    manifest: manifest_lib.Manifest
    splits: tuple[str, ...]
    image_ids: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    share: float = 1.0
    seed: int = 0

    @property
    def paths(self) -> list[str]:
        """The shards to read."""
        return [p for s in self.splits for p in self.manifest.shard_paths(s)]

    def count(self) -> int:
        """Returns the number of examples; reads them if some are left out."""
        if self._is_whole:
            return sum(self.manifest.split(s).num_records for s in self.splits)
        return sum(1 for _ in self.read().as_numpy_iterator())

    def read(self) -> tf.data.Dataset:
        """Returns parsed examples in the files' order, images encoded."""
        return self._parse(tf.data.TFRecordDataset(self.paths))

    def read_shuffled(self, seed: int) -> tf.data.Dataset:
        """Returns them in another order each time, several shards at once.

        Args:
            seed: Decides over the orders of all passes.
        """
        files = tf.data.Dataset.from_tensor_slices(self.paths)
        lines = files.shuffle(len(self.paths), seed=seed).interleave(
            tf.data.TFRecordDataset,
            cycle_length=_NUM_OPEN_SHARDS,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        return self._parse(lines).shuffle(_SHUFFLE_BUFFER, seed=seed)

    def _parse(self, lines: tf.data.Dataset) -> tf.data.Dataset:
        num_keypoints = len(self.manifest.category.keypoints)
        dataset = lines.map(lambda line: records.parse(line, num_keypoints))
        if self.image_ids is not None:
            dataset = dataset.filter(
                _make_test(schema.IMAGE_ID, self.image_ids)
            )
        if self.classes is not None:
            dataset = dataset.filter(
                _make_test(schema.CLASS_NAME, self.classes)
            )
        if self.share < 1:
            dataset = dataset.filter(self._in_share)
        return dataset

    @property
    def _is_whole(self) -> bool:
        return self.image_ids is self.classes is None and self.share == 1

    def _in_share(self, example):
        index = tf.strings.as_string(example[schema.OBJECT_INDEX])
        names = [str(self.seed), example[schema.IMAGE_ID], index]
        # The same for ever: it is Google's Fingerprint64.
        place = tf.strings.to_hash_bucket_fast(
            tf.strings.join(names, "/"), _NUM_BUCKETS
        )
        return place < round(self.share * _NUM_BUCKETS)


def classes_of_images(
    manifest: manifest_lib.Manifest, splits: Sequence[str]
) -> dict[str, str]:
    """Returns each photo's most frequent class, by its id."""
    classes = collections.defaultdict(collections.Counter)
    for example in Examples(manifest, tuple(splits)).read().as_numpy_iterator():
        image = example[schema.IMAGE_ID].decode()
        classes[image][example[schema.CLASS_NAME].decode()] += 1
    # Ties go to the first name: Counter would go by the order of reading.
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
        manifest: Where they lie; all splits count.
        dealt: The fold of each photo.
        fold: Number of the fold to hold out.
    """
    held_out = frozenset(i for i, f in dealt.items() if f == fold)
    names = tuple(manifest.splits)
    return (
        Examples(manifest, names, frozenset(dealt) - held_out),
        Examples(manifest, names, held_out),
    )


def train_batches(
    examples: Examples,
    task: schema.Task,
    batch_size: int,
    first_epoch: int = 0,
    augmentation: ops.Augmentation | None = None,
    seed: int = 0,
) -> tf.data.Dataset:
    """Returns shuffled, augmented batches, epoch after epoch without end.

    Epoch 7 is the same whether training began with it or with epoch 0, so a
    run that was stopped goes on as if it had not been.

    Args:
        examples: What to read.
        task: Size of the crops, spread of the heatmaps, names to mirror.
        batch_size: B. An epoch is `steps_per_epoch` batches.
        first_epoch: Number of the epoch to begin with.
        augmentation: Mirrors only, by default.
        seed: Of order and augmentation.

    Returns:
        Batches as `eval_batches` describes them.
    """
    size = steps_per_epoch(examples, batch_size) * batch_size
    first = first_epoch * size
    dataset = examples.read_shuffled(seed).take(size).repeat()
    # Encoded examples are skipped: reading them costs no decoding.
    dataset = dataset.skip(first).enumerate(first)
    dataset = dataset.map(
        lambda i, example: {
            **example,
            ops.SEED: _seed(seed, i),
        }
    )
    augment = _make_augment(task, augmentation or ops.Augmentation())
    options = tf.data.Options()
    options.deterministic = True
    return (
        dataset.map(
            lambda e: augment(_prepare(e, task)),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        .batch(batch_size, drop_remainder=True)
        .map(make_heatmaps(task), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
        .with_options(options)
    )


def steps_per_epoch(examples: Examples, batch_size: int) -> int:
    """Returns the number of whole batches, which must not be 0."""
    count = examples.count()
    if count < batch_size:
        raise ValueError(
            f"`batch_size` must be at most the number of examples, {count}. "
            f"Received: batch_size={batch_size}"
        )
    return count // batch_size


def eval_batches(
    examples: Examples,
    task: schema.Task,
    batch_size: int,
    step: int = 1,
    noise: ops.Op | None = None,
) -> tf.data.Dataset:
    """Returns examples in the order of the files; the last batch is short.

    Args:
        examples: What to read.
        task: Size of the crops and spread of the heatmaps.
        batch_size: B.
        step: Take every so many-th example only.
        noise: Changes the keypoints, see `ops.make_keypoint_noise`.

    Returns:
        Batches under the keys of `schema`: image float32 [B, S, S, 3], RGB in
        0..255; heatmaps float32 [B, S, S, `task.num_heatmaps`]; part_mask
        uint8 [B, S, S]; keypoints float32 [B, K, 3], in pixels of the crop;
        and what records hold besides.
    """

    def prepare(i, example):
        example = _prepare(example, task)
        if noise is None:
            return example
        noisy = noise({**example, ops.SEED: _seed(0, i)})
        return {name: noisy[name] for name in example}

    batches = (
        examples.read()
        .enumerate()
        .shard(step, 0)
        .map(prepare, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size)
        .map(make_heatmaps(task), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )
    # Files do not tell how many they hold, and Keras warns where it is unknown.
    num_batches = math.ceil(math.ceil(examples.count() / step) / batch_size)
    return batches.apply(tf.data.experimental.assert_cardinality(num_batches))


def make_heatmaps(task: schema.Task) -> ops.Op:
    """Returns an op that adds the heatmaps to a batch."""
    return lambda batch: {
        **batch,
        schema.HEATMAPS: ops.draw_pose(batch[schema.KEYPOINTS], task),
    }


def make_select(model: keras.Model) -> Callable:
    """Returns an op from a batch to the (inputs, targets) of `model.fit`."""
    inputs, outputs = tuple(model.input), tuple(model.output)
    return lambda batch: (
        {name: batch[name] for name in inputs},
        {name: batch[schema.PART_MASK] for name in outputs},
    )


def _seed(seed: int, index):
    return tf.stack([seed, tf.cast(index, tf.int32)])


def _prepare(example: ops.Example, task: schema.Task) -> ops.Example:
    return ops.make_resize(task.image_size)(records.decode_images(example))


def _make_augment(task: schema.Task, augmentation: ops.Augmentation) -> ops.Op:
    steps = []
    if augmentation.flip:
        mirrors = task.category.keypoint_mirror, task.category.part_mirror
        steps.append(ops.make_flip(*mirrors, augmentation.flip))
    moves = augmentation.rotation, augmentation.scale, augmentation.translation
    if any(moves):
        steps.append(ops.make_affine(*moves))
    if augmentation.colour:
        steps.append(ops.make_colour(augmentation.colour))
    noise = augmentation.keypoint_dropout, augmentation.keypoint_jitter
    if any(noise):
        steps.append(ops.make_keypoint_noise(*noise))

    def augment(example):
        for step in steps:
            example = step(example)
        return example

    return augment


def _make_test(key: str, values: frozenset[str]) -> Callable:
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(
            sorted(values), [True] * len(values), tf.string, tf.bool
        ),
        default_value=False,
    )
    return lambda example: table.lookup(example[key])

"""Input pipeline: from TFRecords to batches for a network.

    examples = example_set.Examples(manifest, ("train",))
    batches = input_pipeline.train_batches(examples, task, batch_size=24)
    model.fit(
        batches.map(input_pipeline.make_select(model)),
        steps_per_epoch=input_pipeline.steps_per_epoch(examples, 24),
        ...
    )

To save memory, shuffling buffers hold encoded images, and heatmaps are drawn
per batch.
"""

from collections.abc import Callable
import math

import keras
import tensorflow as tf

from kp2part.data import augmentation as augmentation_lib
from kp2part.data import epochs
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import heatmaps
from kp2part.data import prior_maps
from kp2part.data import records
from kp2part.data.ops import augment
from kp2part.data.ops import example_op
from kp2part.data.ops import resize
from kp2part.schema import keys
from kp2part.schema import task as task_lib

steps_per_epoch = epochs.steps_per_epoch


def train_batches(
    examples: example_set.Examples,
    task: task_lib.Task,
    batch_size: int,
    first_step: int = 0,
    augmentation: augmentation_lib.Augmentation | None = None,
    seed: int = 0,
) -> tf.data.Dataset:
    """Returns shuffled, augmented batches, repeated indefinitely.

    Batch 700 is the same whether training starts with it or with batch 0: a
    resumed run sees the batches that an uninterrupted one would.

    Args:
        examples: What to read.
        task: Crop size, heatmaps, and names to mirror.
        batch_size: B. An epoch is `steps_per_epoch` batches.
        first_step: Number of the batch to start with.
        augmentation: Only mirroring by default.
        seed: Seed of order and augmentation.

    Returns:
        Batches as from `eval_batches`.
    """
    size = steps_per_epoch(examples, batch_size) * batch_size
    first = first_step * batch_size
    dataset = example_stream.read_shuffled(examples, seed).take(size).repeat()
    # Skip before decoding: skipped examples are only read.
    dataset = dataset.skip(first).enumerate(first)
    dataset = dataset.map(
        lambda i, example: {
            **example,
            example_op.SEED: _seed(seed, i),
        }
    )
    change = augment.make(task, augmentation or augmentation_lib.Augmentation())
    options = tf.data.Options()
    options.deterministic = True
    return (
        dataset.map(
            lambda e: _with_prior(change(_prepare(e, task)), task, True),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        .batch(batch_size, drop_remainder=True)
        .map(make_heatmaps(task), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
        .with_options(options)
    )


def eval_batches(
    examples: example_set.Examples,
    task: task_lib.Task,
    batch_size: int,
    step: int = 1,
    noise: example_op.Op | None = None,
) -> tf.data.Dataset:
    """Returns batches in the order of the files; the last may be smaller.

    Args:
        examples: What to read.
        task: Crop size and heatmaps.
        batch_size: B.
        step: Take only every `step`-th example.
        noise: Op on the keypoints, see `keypoint_noise.make`.

    Returns:
        Batches under the keys of `schema`: image float32 [B, S, S, 3], RGB in
        0..255; heatmaps float32 [B, S, S, `task.num_heatmaps`]; part_mask
        uint8 [B, S, S]; keypoints float32 [B, K, 3], in pixels of the crop;
        prior float32 [B, S, S, P] if the examples have priors; and the other
        fields of the records.
    """
    if noise is not None and examples.priors is not None:
        raise ValueError(
            "Keypoint dropout and jitter cannot be combined with priors, which "
            "are stored for the original keypoints."
        )

    def prepare(i, example):
        example = _with_prior(_prepare(example, task), task, False)
        if noise is None:
            return example
        noisy = noise({**example, example_op.SEED: _seed(0, i)})
        return {name: noisy[name] for name in example}

    batches = (
        example_stream.read(examples)
        .enumerate()
        .shard(step, 0)
        .map(prepare, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size)
        .map(make_heatmaps(task), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )
    # Record files do not store their length, and Keras warns without it.
    num_batches = math.ceil(math.ceil(examples.count() / step) / batch_size)
    return batches.apply(tf.data.experimental.assert_cardinality(num_batches))


def make_heatmaps(task: task_lib.Task) -> example_op.Op:
    """Returns an op that adds the heatmaps to a batch."""
    return lambda batch: {
        **batch,
        keys.HEATMAPS: heatmaps.draw_pose(batch[keys.KEYPOINTS], task),
    }


def make_select(model: keras.Model) -> Callable:
    """Returns an op from a batch to the (inputs, targets) of `model.fit`."""
    inputs, outputs = tuple(model.input), tuple(model.output)
    return lambda batch: (
        {name: batch[name] for name in inputs},
        {name: batch[keys.PART_MASK] for name in outputs},
    )


def _seed(seed: int, index):
    return tf.stack([seed, tf.cast(index, tf.int32)])


def _prepare(
    example: example_op.Example, task: task_lib.Task
) -> example_op.Example:
    return resize.make(task.image_size)(records.decode_images(example))


def _with_prior(
    example: example_op.Example, task: task_lib.Task, at_random: bool
):
    if keys.PRIOR_MAPS not in example:
        return example
    seed = example[example_op.SEED] + [0, 5] if at_random else None
    maps = example[keys.PRIOR_MAPS]
    prior = prior_maps.average(maps, task.num_parts, seed)
    return {**example, keys.PRIOR: prior}

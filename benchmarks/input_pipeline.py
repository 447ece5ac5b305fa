r"""Measures the cost of training examples, relative to a lower bound.

    python -m benchmarks.input_pipeline --tfrecords=out/demo/tfrecords

The lower bound (floor) reads the same shards and decodes their images, nothing
else. The whole pipeline also shuffles, augments and draws heatmaps and bones,
and so does that of examples in memory (memory), which are decoded before.
CPU time is measured, not wall time, and rounds of both alternate, so that other
load on the machine hardly affects the ratio.
"""

from collections.abc import Iterable
import time

from absl import flags
from absl import logging
import keras
import numpy as np
import tensorflow as tf

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import input_pipeline
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task as task_lib
from kp2part.system import cli

_TFRECORDS = flags.DEFINE_string("tfrecords", None, "Directory of records.")
_SPLIT = flags.DEFINE_string("split", "train", "Name of the split to read.")
_IMAGE_SIZE = flags.DEFINE_integer(
    "image_size",
    None,
    "Side of the crops in pixels; by default that of the records.",
)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 16, "Examples per batch.")
_ROUNDS = flags.DEFINE_integer(
    "rounds", 5, "Number of rounds of each.", lower_bound=1
)
_BATCHES = flags.DEFINE_integer("batches", 64, "Batches per round.")

# All augmentations of the recipes, without bending, which is off by default.
_AUGMENTATION = augmentation.Augmentation(
    flip=0.5,
    rotation=15,
    scale=0.2,
    translation=0.06,
    color=0.2,
    keypoint_dropout=0.1,
    keypoint_jitter=2,
)


def floor(examples: example_set.Examples, batch_size: int) -> tf.data.Dataset:
    """Returns batches of decoded examples, and nothing more."""
    return (
        example_stream.read(examples)
        .repeat()
        .map(records.decode_images, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size)
        .prefetch(tf.data.AUTOTUNE)
    )


def from_memory(
    examples: example_set.Examples, task: task_lib.Task, batch_size: int
) -> batches.Training:
    """Returns batches of examples that are in memory."""
    # Any network that takes image and heatmaps.
    small = architecture.Architecture("squeezenet", 1, (1, 1, 1, 1, 1))
    return batches.Training(
        example_arrays.load(examples, task.image_size),
        networks.build("kp2part", task, small),
        task,
        batch_size,
        _AUGMENTATION,
    )


class _Taken:
    """The first batches of a dataset of Keras, computed as they are read."""

    def __init__(self, dataset: keras.utils.PyDataset, count: int):
        self._dataset = dataset
        self._count = count

    def __iter__(self):
        for i in range(self._count):
            for value in keras.tree.flatten(self._dataset[i]):
                keras.ops.convert_to_numpy(value)
            yield i


def processor_seconds(
    datasets: dict[str, Iterable], rounds: int
) -> dict[str, np.ndarray]:
    """Returns the CPU seconds of reading each dataset, [rounds] by name."""
    seconds = {name: [] for name in datasets}
    for _ in range(rounds):
        for name, dataset in datasets.items():
            begin = time.process_time()
            for _ in dataset:
                pass
            seconds[name].append(time.process_time() - begin)
    return {name: np.array(values) for name, values in seconds.items()}


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    manifest = manifest_lib.load(_TFRECORDS.value)
    examples = example_set.Examples(manifest, (_SPLIT.value,))
    size = _IMAGE_SIZE.value or manifest.image_size
    task = task_lib.Task(manifest.category, size, 7 * size / 256, bones=True)
    datasets = {
        "floor": floor(examples, _BATCH_SIZE.value),
        "whole": input_pipeline.train_batches(
            examples, task, _BATCH_SIZE.value, 0, _AUGMENTATION
        ),
    }
    datasets = {name: d.take(_BATCHES.value) for name, d in datasets.items()}
    memory = from_memory(examples, task, _BATCH_SIZE.value)
    memory[0]  # Compiles it.
    datasets["memory"] = _Taken(memory, _BATCHES.value)
    seconds = processor_seconds(datasets, _ROUNDS.value)
    count = _BATCH_SIZE.value * _BATCHES.value
    for name, values in seconds.items():
        cost = 1000 * np.median(values) / count
        logging.info("%s: %.2f ms of CPU time per example", name, cost)
    for name, other in ("whole", "floor"), ("memory", "whole"):
        ratios = seconds[name] / seconds[other]
        logging.info(
            "%s / %s: %.2f times (%.2f - %.2f)",
            name,
            other,
            np.median(ratios),
            *np.quantile(ratios, (0.1, 0.9)),
        )


if __name__ == "__main__":
    cli.run(main, required=("tfrecords",))

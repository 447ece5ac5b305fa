"""Training examples: read, decoded, augmented as in the recipes, heatmaps.

The lower bound reads the same shards and decodes their images, nothing else.
Examples in memory are decoded before.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import keras
import tensorflow as tf

from benchmarks.speed import clock
from benchmarks.speed import installed
from benchmarks.speed import results
from benchmarks.speed import sizes as sizes_lib
from benchmarks.speed import workplace
from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import input_pipeline
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from kp2part.data.ops import augment
from kp2part.data.ops import resize
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task as task_lib

OURS = "kp2part: tf.data"
MEMORY = "kp2part: --input=memory"
FLOOR = "tf.data, only read and decoded"
PEER = "albumentations, NumPy"
NEAR = "albumentations, NumPy near bones"
# All augmentations of the recipes, without bending, which is off by default.
AUGMENTATION = augmentation.Augmentation(
    flip=0.5,
    rotation=15,
    scale=0.2,
    translation=0.06,
    color=0.2,
    keypoint_dropout=0.1,
    keypoint_jitter=2,
)


def cases(sizes: sizes_lib.Sizes) -> list[results.Case]:
    """Returns the rows of the table."""
    count = sizes.batch_size * sizes.batches
    found = []
    for size in sizes.crops:
        what = f"an example for training, {size} px"
        found += [
            results.Case(what, (OURS, MEMORY, PEER, NEAR), count=count),
            results.Case(
                f"{what}, without heatmaps", (OURS, FLOOR, PEER), count=count
            ),
        ]
    return found


def measure(
    place: workplace.Workplace, cores: int, rounds: int
) -> Iterator[results.Measured]:
    """Yields the times of some batches, for each size of crops."""
    all_cases, batch_size = iter(cases(place.sizes)), place.sizes.batch_size
    for size in place.sizes.crops:
        manifest = manifest_lib.load(str(place.records(size)))
        examples = example_set.Examples(manifest, tuple(manifest.splits))
        task = task_lib.Task(
            manifest.category, size, 7 * size / 256, bones=True
        )
        for heatmaps, case in zip((True, False), all_cases, strict=False):
            sources = {
                **_ours(examples, task, heatmaps, batch_size),
                **_peers(examples, task, heatmaps, batch_size),
            }
            runs = {who: _run(x, place) for who, x in sources.items()}
            times = clock.interleave(runs, rounds, warm_rounds=2)
            yield results.Measured(case, cores, times)


def floor(examples: example_set.Examples, batch_size: int) -> tf.data.Dataset:
    """Returns batches of decoded examples, and nothing more."""
    return (
        example_stream.read(examples)
        .repeat()
        .map(records.decode_images, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size)
        .prefetch(tf.data.AUTOTUNE)
    )


def without_heatmaps(
    examples: example_set.Examples, task: task_lib.Task, batch_size: int
) -> tf.data.Dataset:
    """Returns batches as `input_pipeline.train_batches`, but for heatmaps."""
    size = resize.make(task.image_size)
    change = augment.make(task, AUGMENTATION)

    def prepare(i, example):
        seed = tf.stack([0, tf.cast(i, tf.int32)])
        example = {**records.decode_images(example), "seed": seed}
        return change(size(example))

    return (
        example_stream.read_shuffled(examples, 0)
        .repeat()
        .enumerate()
        .map(prepare, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(batch_size, drop_remainder=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def from_memory(
    examples: example_set.Examples, task: task_lib.Task, batch_size: int
) -> Iterable:
    """Yields batches of examples that are in memory, without end."""
    # Any network that takes image and heatmaps.
    small = architecture.Architecture("squeezenet", 1, (1, 1, 1, 1, 1))
    dataset = batches.Training(
        example_arrays.load(examples, task.image_size),
        networks.build("kp2part", task, small),
        task,
        batch_size,
        AUGMENTATION,
    )
    number = 0
    while True:
        for value in keras.tree.flatten(dataset[number]):
            keras.ops.convert_to_numpy(value)
        yield number
        number += 1


def _ours(
    examples, task, heatmaps: bool, batch_size: int
) -> dict[str, Iterable]:
    if not heatmaps:
        whole = without_heatmaps(examples, task, batch_size)
        return {OURS: whole, FLOOR: floor(examples, batch_size)}
    whole = input_pipeline.train_batches(
        examples, task, batch_size, 0, AUGMENTATION
    )
    return {OURS: whole, MEMORY: from_memory(examples, task, batch_size)}


def _peers(
    examples, task, heatmaps: bool, batch_size: int
) -> dict[str, Iterable]:
    if not installed.has(PEER, ["albumentations"]):
        return {}
    from benchmarks.peers import numpy_heatmaps
    from benchmarks.peers import numpy_pipeline

    draws = {PEER: None}
    if heatmaps:
        draws = {PEER: numpy_heatmaps.whole, NEAR: numpy_heatmaps.near}
    read = example_stream.read(examples).as_numpy_iterator()
    encoded = [_encoded(x) for x in read]
    return {
        who: numpy_pipeline.batches(
            encoded, task, AUGMENTATION, batch_size, draw
        )
        for who, draw in draws.items()
    }


def _encoded(example: dict) -> tuple:
    """Returns the fields of an example that the peer takes."""
    return tuple(
        example[name] for name in (keys.IMAGE, keys.PART_MASK, keys.KEYPOINTS)
    )


def _run(source: Iterable, place: workplace.Workplace) -> Callable[[], None]:
    # The same iterator in all rounds: its threads fetch ahead, but as much as
    # they have fetched when a round ends they had when it began.
    iterator = iter(source)

    def run():
        for _ in range(place.sizes.batches):
            next(iterator)
        clock.settle()

    return run

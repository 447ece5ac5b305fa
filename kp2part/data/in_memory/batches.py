"""Batches for `model.fit` from examples in memory.

    arrays = example_arrays.load(examples, task.image_size)
    model.fit(
        batches.Training(arrays, model, task, augmentation, batch_size=24),
        steps_per_epoch=len(arrays) // 24,
        ...
    )

Only a batch's pixels, and the random numbers of its changes, go to the device:
it augments them and draws the heatmaps.
"""

from collections.abc import Callable

import keras
from keras import ops
import numpy as np

from kp2part.data import augmentation as augmentation_lib
from kp2part.data.in_memory import batch_ops
from kp2part.data.in_memory import compiled
from kp2part.data.in_memory import draws
from kp2part.data.in_memory import example_arrays
from kp2part.data.in_memory import heatmaps
from kp2part.schema import keys
from kp2part.schema import task as task_lib


class Training(keras.utils.PyDataset):
    """Shuffled, augmented batches without end: (inputs, targets).

    Batch 700 is the same whether training starts with it or with batch 0.

    Args:
        arrays: The examples.
        model: A network of `models`.
        task: Its task.
        batch_size: B. An epoch is as many full batches as there are.
        augmentation: Strengths.
        seed: Seed of order and augmentation.
        first_step: Number of the batch to start with.
    """

    def __init__(
        self,
        arrays: example_arrays.ExampleArrays,
        model: keras.Model,
        task: task_lib.Task,
        batch_size: int,
        augmentation: augmentation_lib.Augmentation,
        seed: int = 0,
        first_step: int = 0,
    ):
        super().__init__()
        self._arrays = arrays
        self._batch_size = batch_size
        self._seed = seed
        self._first_step = first_step
        select = make_select(model)
        self._prepare = compiled.compiled(
            lambda numbers, *batch: select(
                augment(batch_ops.Batch(*batch), numbers, augmentation, task),
                task,
            )
        )

    @property
    def num_batches(self):
        """None: there is no last one."""
        return None

    def __getitem__(self, index: int):
        step = self._first_step + index
        examples = self._arrays.take(self.indices(step))
        numbers = draws.uniform(
            self._seed,
            step * self._batch_size,
            self._batch_size,
            examples[2].shape[1],
        )
        return self._prepare(numbers, *examples)

    def indices(self, step: int) -> np.ndarray:
        """Returns which examples a batch has: int64 [B]."""
        steps = len(self._arrays) // self._batch_size
        epoch, step = divmod(step, steps)
        order = np.random.default_rng([self._seed, epoch])
        first = step * self._batch_size
        shuffled = order.permutation(len(self._arrays))
        return shuffled[first : first + self._batch_size]


class Evaluation(keras.utils.PyDataset):
    """Batches in the order of the files; the last may be smaller.

    Args:
        arrays: The examples.
        model: A network of `models`.
        task: Its task.
        batch_size: B.
        count: Take only so many batches.
    """

    def __init__(
        self,
        arrays: example_arrays.ExampleArrays,
        model: keras.Model,
        task: task_lib.Task,
        batch_size: int,
        count: int | None = None,
    ):
        super().__init__()
        self._arrays = arrays
        self._batch_size = batch_size
        whole = -(-len(arrays) // batch_size)
        self._count = whole if count is None else min(count, whole)
        select = make_select(model)
        self._prepare = compiled.compiled(
            lambda *batch: select(batch_ops.Batch(*batch), task)
        )

    def __len__(self):
        return self._count

    def __getitem__(self, index: int):
        first = index * self._batch_size
        chosen = slice(first, first + self._batch_size)
        return self._prepare(*self._arrays.take(chosen))


def make_select(model: keras.Model) -> Callable:
    """Returns a function from a `Batch` to the (inputs, targets) of a model."""
    inputs, outputs = tuple(model.input), tuple(model.output)

    def select(batch: batch_ops.Batch, task: task_lib.Task):
        made = {keys.IMAGE: ops.cast(batch.images, "float32")}
        if keys.HEATMAPS in inputs:
            made[keys.HEATMAPS] = heatmaps.draw_pose(batch.keypoints, task)
        targets = dict.fromkeys(outputs, batch.part_masks)
        return {name: made[name] for name in inputs}, targets

    return select


def augment(
    batch: batch_ops.Batch,
    numbers,
    augmentation: augmentation_lib.Augmentation,
    task: task_lib.Task,
) -> batch_ops.Batch:
    """Returns a changed batch, as `ops.make_augment` changes an example.

    Args:
        batch: B examples.
        numbers: float32 [B, D], of `draws.uniform`.
        augmentation: Strengths.
        task: Names to mirror, and the size.
    """
    draw = draws.make(numbers, augmentation, task.image_size)
    if augmentation.flip:
        batch = batch_ops.flip(batch, draw.flip, task.category)
    if augmentation.rotation or augmentation.scale or augmentation.translation:
        batch = batch_ops.affine(batch, draw.affine, augmentation)
    if augmentation.elastic:
        batch = batch_ops.elastic(batch, draw.elastic)
    if augmentation.color:
        batch = batch_ops.color(batch, draw.color)
    if augmentation.keypoint_dropout or augmentation.keypoint_jitter:
        batch = batch_ops.keypoint_noise(batch, draw.shift, draw.dropped)
    return batch

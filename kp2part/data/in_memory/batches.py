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
from kp2part.data.in_memory import lanes
from kp2part.data.in_memory import share as share_lib
from kp2part.schema import keys
from kp2part.schema import task as task_lib


class Training(keras.utils.PyDataset):
    """Shuffled, augmented batches without end: (inputs, targets).

    Batch 700 is the same whether training starts with it or with batch 0, and
    on however many processes: `lanes` has the order.

    Args:
        arrays: The examples; at least those of the share, see `Lanes.held`.
        model: A network of `models`.
        task: Its task.
        batch_size: B. An epoch is as many full batches as there are.
        augmentation: Strengths.
        seed: Seed of order and augmentation.
        first_step: Number of the batch to start with.
        share: The part of each batch to make.
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
        share: share_lib.Share = share_lib.WHOLE,
    ):
        super().__init__()
        self._arrays = arrays
        self._batch_size = batch_size
        self._lanes = lanes.Lanes(len(arrays), batch_size, seed, share)
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
            step * self._batch_size + int(self._lanes.places[0]),
            len(self._lanes.places),
            examples[2].shape[1],
        )
        return self._prepare(numbers, *examples)

    def indices(self, step: int) -> np.ndarray:
        """Returns which examples a batch has, of the share: int64 [b]."""
        return self._lanes.indices(step)


class Evaluation(keras.utils.PyDataset):
    """Batches in the order of the files; the last may be smaller.

    Args:
        arrays: The examples.
        model: A network of `models`.
        task: Its task.
        batch_size: B.
        count: Take only so many batches.
        share: The part of each batch to make, see `evaluated`. A last batch
            that cannot be shared is padded with examples that are ignored.
    """

    def __init__(
        self,
        arrays: example_arrays.ExampleArrays,
        model: keras.Model,
        task: task_lib.Task,
        batch_size: int,
        count: int | None = None,
        share: share_lib.Share = share_lib.WHOLE,
    ):
        super().__init__()
        self._arrays = arrays
        self._share = share
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
        numbers = _evaluated(
            len(self._arrays), self._batch_size, index, self._share
        )
        return self._prepare(*self._arrays.take(numbers))


def evaluated(
    num_examples: int, batch_size: int, share: share_lib.Share
) -> np.ndarray:
    """Returns the examples that `Evaluation` takes: int64 [n], ascending.

    Args:
        num_examples: N.
        batch_size: B.
        share: The part of each batch.
    """
    count = -(-num_examples // batch_size)
    numbers = [
        _evaluated(num_examples, batch_size, index, share)
        for index in range(count)
    ]
    return np.unique(np.concatenate([x[x >= 0] for x in numbers]))


def _evaluated(
    num_examples: int, batch_size: int, index: int, share: share_lib.Share
) -> np.ndarray:
    first = index * batch_size
    numbers = np.arange(first, min(first + batch_size, num_examples))
    return share.of(share.padded(numbers))


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

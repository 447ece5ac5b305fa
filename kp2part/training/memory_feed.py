"""Batches of examples that are decoded once and kept in memory."""

import functools

import keras
import numpy as np

from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from kp2part.data.in_memory import lanes
from kp2part.data.in_memory import share as share_lib
from kp2part.models import metadata
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import splits


def make(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
    share: share_lib.Share = share_lib.WHOLE,
) -> feed_lib.Feed:
    """Returns the batches of a run, once its examples are decoded.

    Args:
        config: All settings of the run.
        model: A network of `models`, without priors.
        chosen: The examples.
        share: The part of each batch that this process makes.

    Raises:
        ValueError: They do not fit into memory, or a record is damaged.
    """
    task, size = metadata.task_of(model), config.loop.batch_size
    training, validation = _load(config, chosen, task, share)
    evaluation = functools.partial(batches.Evaluation, validation, model, task)
    shown = np.arange(min(feed_lib.NUM_PICTURED, len(validation)))
    images, masks, keypoints = validation.take(shown)
    return feed_lib.Feed(
        training=lambda first: batches.Training(
            training,
            model,
            task,
            size,
            config.augmentation,
            config.loop.seed,
            first,
            share,
        ),
        validation=evaluation(size, share=share),
        first=evaluation(size, 1, share),
        pictured={
            keys.IMAGE: images,
            keys.PART_MASK: masks,
            keys.KEYPOINTS: keypoints,
            **evaluation(len(shown))[0][0],
        },
    )


def _load(
    config: config_lib.TrainConfig,
    chosen: splits.Splits,
    task: task_lib.Task,
    share: share_lib.Share,
) -> list[example_arrays.ExampleArrays]:
    """Returns the examples of the share to train and to validate on."""
    size, seed = config.loop.batch_size, config.loop.seed
    total = chosen.validation.count()
    held = (
        lanes.Lanes(chosen.training.count(), size, seed, share).held(),
        # And those for the pictures.
        np.union1d(
            batches.evaluated(total, size, share),
            np.arange(min(feed_lib.NUM_PICTURED, total)),
        ),
    )
    example_arrays.check_memory(
        sum(map(len, held)), len(task.category.keypoints), task.image_size
    )
    sets = chosen.training, chosen.validation
    return [
        example_arrays.load(examples, task.image_size, numbers)
        for examples, numbers in zip(sets, held, strict=True)
    ]

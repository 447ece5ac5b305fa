"""Batches of examples that are decoded once and kept in memory."""

import functools

import keras

from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from kp2part.models import metadata
from kp2part.schema import keys
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import splits


def make(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
) -> feed_lib.Feed:
    """Returns the batches of a run, once its examples are decoded.

    Args:
        config: All settings of the run.
        model: A network of `models`, without priors.
        chosen: The examples.

    Raises:
        ValueError: They do not fit into memory, or a record is damaged.
    """
    task, size = metadata.task_of(model), config.loop.batch_size
    sets = chosen.training, chosen.validation
    example_arrays.check_memory(
        sum(x.count() for x in sets),
        len(task.category.keypoints),
        task.image_size,
    )
    training, validation = (
        example_arrays.load(examples, task.image_size) for examples in sets
    )
    shown = batches.Evaluation(validation, model, task, feed_lib.NUM_PICTURED)
    images, masks, keypoints = validation.take(slice(feed_lib.NUM_PICTURED))
    return feed_lib.Feed(
        training=functools.partial(
            batches.Training,
            training,
            model,
            task,
            size,
            config.augmentation,
            config.loop.seed,
        ),
        validation=batches.Evaluation(validation, model, task, size),
        first=batches.Evaluation(validation, model, task, size, 1),
        pictured={
            keys.IMAGE: images,
            keys.PART_MASK: masks,
            keys.KEYPOINTS: keypoints,
            **shown[0][0],
        },
    )

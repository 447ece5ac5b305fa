"""Batches that `tf.data` reads, decodes and augments while training."""

import keras
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data.in_memory import share as share_lib
from kp2part.models import metadata
from kp2part.pose_priors import priors
from kp2part.schema import keys
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import splits


def make(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
    share: share_lib.Share = share_lib.WHOLE,
) -> feed_lib.Feed:
    """Returns the batches of a run; computes missing priors.

    Args:
        config: All settings of the run.
        model: A network of `models`.
        chosen: The examples.
        share: What the size of a batch must be a multiple of.
    """
    training, validation = (
        priors.attach(model, examples)
        for examples in (chosen.training, chosen.validation)
    )
    size = config.loop.batch_size
    batches = input_pipeline.eval_batches(
        validation,
        # A model saved by an earlier kp2part could have another task.
        metadata.task_of(model),
        size,
    )
    select = input_pipeline.make_select(model)
    selected = batches.map(select)
    if share.multiple > 1:
        selected = selected.map(lambda x, y: _padded(x, y, share.multiple))
    pictured = batches.unbatch().batch(feed_lib.NUM_PICTURED).take(1)
    return feed_lib.Feed(
        training=lambda first: _train_batches(
            config, model, training, first
        ).map(select),
        validation=selected,
        first=selected.take(1),
        pictured=next(pictured.as_numpy_iterator()),
    )


def _padded(inputs, targets, multiple: int):
    """Returns a batch with examples that are ignored up to a multiple."""

    def pad(values, fill):
        missing = -tf.shape(values)[0] % multiple
        sides = [[0, missing], *[[0, 0]] * (values.shape.rank - 1)]
        return tf.pad(values, sides, constant_values=fill)

    return (
        {name: pad(x, 0) for name, x in inputs.items()},
        {name: pad(x, keys.IGNORE_LABEL) for name, x in targets.items()},
    )


def _train_batches(
    config: config_lib.TrainConfig,
    model: keras.Model,
    training: example_set.Examples,
    first_step: int,
):
    return input_pipeline.train_batches(
        training,
        metadata.task_of(model),
        config.loop.batch_size,
        first_step,
        config.augmentation,
        config.loop.seed,
    )

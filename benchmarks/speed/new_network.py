"""A network to train, with random weights, and a batch of random numbers."""

import dataclasses

import keras
import numpy as np

from kp2part.models import networks as networks_lib
from kp2part.models.encoders import weights
from kp2part.schema import category
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.training import compilation
from kp2part.training import config as config_lib


def build(encoder: str, config: config_lib.TrainConfig) -> keras.Model:
    """Returns a compiled network with random weights.

    Batch normalization of the encoder is frozen, as with pretrained weights.

    Args:
        encoder: Its image encoder.
        config: All other settings.
    """
    task = task_lib.Task(
        category.load("quadruped"),
        config.inputs.image_size,
        bones=config.inputs.bones,
    )
    architecture = dataclasses.replace(config.architecture, encoder=encoder)
    model = networks_lib.build(config.network.network, task, architecture)
    weights.freeze_normalization(model)
    optimizer = compilation.make_optimizer(
        config.optimization, config.optimization.learning_rate
    )
    compilation.compile_model(model, optimizer, config.objective)
    return model


def batch(model: keras.Model, size: int) -> tuple[dict, dict]:
    """Returns random inputs and, for all outputs the same, part ids."""
    rng = np.random.default_rng(0)
    inputs = {
        name: rng.uniform(0, 1, (size, *x.shape[1:])).astype(np.float32)
        for name, x in model.input.items()
    }
    inputs[keys.IMAGE] *= 255
    shape = model.output[keys.PARTS].shape
    part_ids = rng.integers(0, shape[-1], (size, *shape[1:3]))
    return inputs, dict.fromkeys(model.output, part_ids)

"""What trains: the backend of Keras, with or without TensorFlow beside it."""

import functools
import importlib

import keras

from kp2part.training import config as config_lib
from kp2part.training import precision


@functools.cache
def has_tensorflow() -> bool:
    """Returns whether TensorFlow can be imported."""
    try:
        importlib.import_module("tensorflow")
    except ImportError:
        return False
    return True


def check(config: config_lib.TrainConfig):
    """Checks that TensorFlow is there if a setting needs it.

    Raises:
        ValueError: It is not.
    """
    if has_tensorflow():
        return
    for name, value, wanted in (
        ("input", config.loop.input, "memory"),
        ("train_fraction", config.selection.train_fraction, 1.0),
    ):
        if value != wanted:
            raise ValueError(
                f"Without TensorFlow, which is not installed, `{name}` must "
                f"be {wanted}. Received: {name}={value}"
            )


def set_up(loop: config_lib.Loop):
    """Sets seeds, precision and determinism for the whole process."""
    keras.utils.set_random_seed(loop.seed)
    policy = loop.precision
    if policy == "auto":
        policy = precision.fastest()
    keras.config.set_dtype_policy(policy)
    if loop.deterministic and has_tensorflow():
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()

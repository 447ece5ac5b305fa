"""What one process of several does by itself."""

import os

import keras


def save(model: keras.Model, path: str | os.PathLike):
    """Saves a network that other processes have too, without them.

    Args:
        model: The network.
        path: Where to, a `.keras` file.
    """
    before = keras.distribution.distribution()
    # Keras makes an optimizer to look at, whose variables would be placed on
    # the devices of all processes, and wait for them.
    keras.distribution.set_distribution(None)
    try:
        model.save(path)
    finally:
        keras.distribution.set_distribution(before)

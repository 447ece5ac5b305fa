"""Reads a network that `train` or a user's own script has saved."""

import pathlib

import keras

from kp2part import layers
from kp2part import schema


def load(path: str) -> tuple[keras.Model, schema.Task]:
    """Returns a saved network, not compiled, and what it is asked.

    Raises:
        ValueError: No such file, or not a network of `kp2part.models`; the
            message names the file.
    """
    if not pathlib.Path(path).is_file():
        raise ValueError(
            f"{path}: no such file. `model` must be a .keras file."
        )
    try:
        model = keras.saving.load_model(path, compile=False)
        return model, layers.task_of(model)
    # A damaged zip raises anything from KeyError to zlib.error.
    except Exception as error:
        raise ValueError(
            f"{path}: not a network of kp2part: {error}"
        ) from error

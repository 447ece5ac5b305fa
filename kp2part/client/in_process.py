"""Runs an exported model in this process.

Needs no network code: everything is in the graph.
"""

import pathlib

import numpy as np
import tensorflow as tf

from kp2part.system import op_messages
from kp2part.system import published


class Predictor:
    """A SavedModel in this process; see `part_client.Backend`.

    Args:
        directory: A version written by `export`, or a directory of versions,
            of which it takes the newest. A SavedModel is a program: load only
            models you trust.

    Attributes:
        path: The directory of the version.
        signatures: Its functions, by name.

    Raises:
        ValueError: Not a SavedModel, or an incomplete one.
    """

    def __init__(self, directory: str):
        self.path = published.newest(pathlib.Path(directory))
        try:
            self._model = tf.saved_model.load(str(self.path))
        except (OSError, tf.errors.OpError) as error:
            raise ValueError(
                f"{self.path}: not a complete model: {error}"
            ) from error
        self.signatures = self._model.signatures

    def run(
        self, signature: str, inputs: dict[str, np.ndarray], outputs: list[str]
    ) -> dict[str, np.ndarray]:
        """Returns outputs of a signature.

        Args:
            signature: Name of the signature.
            inputs: Arrays by name; strings are object arrays of bytes.
            outputs: Names of the outputs.

        Raises:
            ValueError: The model refuses the input; the message says why.
        """
        if signature not in self.signatures:
            raise ValueError(f"{self.path}: has no signature {signature!r}.")
        tensors = {name: _tensor(values) for name, values in inputs.items()}
        try:
            found = self.signatures[signature](**tensors)
        except tf.errors.OpError as error:
            raise ValueError(op_messages.reason(error.message)) from error
        except UnicodeDecodeError as error:
            told = op_messages.reason(op_messages.text(error))
            raise ValueError(told) from error
        return {name: found[name].numpy() for name in outputs}

    def close(self):
        """Does nothing: there is no connection."""


def _tensor(values: np.ndarray) -> tf.Tensor:
    # TensorFlow takes no arrays of objects.
    if values.dtype == object:
        return tf.constant(values.tolist(), tf.string)
    return tf.constant(values)

"""Logs for TensorBoard: curves, and pictures of predictions.

Imports TensorFlow, which writes them.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import pathlib

import keras
import numpy as np
import tensorflow as tf

from kp2part.models import metadata
from kp2part.schema import task as task_lib
from kp2part.system import atomic
from kp2part.visualization import pictures


class Pictures(keras.callbacks.Callback):
    """Logs predictions on some validation examples to TensorBoard every epoch.

    Args:
        logdir: Directory for the event files.
        batch: Some examples, see `feed.Feed`.
        task: Names and colors of the parts.
    """

    def __init__(
        self,
        logdir: pathlib.Path,
        batch: Mapping[str, np.ndarray],
        task: task_lib.Task,
    ):
        super().__init__()
        self.writer = tf.summary.create_file_writer(str(logdir))
        self.batch = {name: np.asarray(x) for name, x in batch.items()}
        self.task = task

    def on_epoch_end(self, epoch, logs=None):
        inputs = {name: self.batch[name] for name in self.model.input}
        predictions = self.model.predict_on_batch(inputs)
        sheet = pictures.example_grid(
            self.batch, predictions, self.task.category
        )
        with self.writer.as_default():
            tf.summary.image("validation", sheet[None], step=epoch)


def make_callbacks(
    logs: pathlib.Path, model: keras.Model, batch: Mapping[str, np.ndarray]
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks that write the logs of a run.

    Args:
        logs: Directory for the event files.
        model: A network of `models`.
        batch: Some examples, see `feed.Feed`.
    """
    task = metadata.task_of(model)
    return [
        keras.callbacks.TensorBoard(logs),
        Pictures(logs / "pictures", batch, task),
    ]


@contextlib.contextmanager
def naming_full_disk(logs: pathlib.Path) -> Iterator[None]:
    """Says that the disk of the logs is full, where TensorFlow says that.

    Raises:
        OSError: It is.
    """
    # TensorBoard's files are not written by `atomic`.
    try:
        yield
    except tf.errors.OpError as error:
        if not atomic.is_full(error):
            raise
        raise OSError(
            f"{logs}: cannot be written: the disk is full. The checkpoints of "
            "the epochs before are kept."
        ) from error

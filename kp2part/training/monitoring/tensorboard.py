"""Logs for TensorBoard: curves, pictures of predictions, settings.

Imports TensorFlow, which writes them.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import pathlib

import keras
import numpy as np
from tensorboard.plugins.hparams import api
import tensorflow as tf

from kp2part.models import metadata
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.system import atomic
from kp2part.training import callbacks
from kp2part.training.monitoring import gradient_norm
from kp2part.training.monitoring import hparams
from kp2part.training.monitoring import pace as pace_lib
from kp2part.visualization import learning_sheet

_SCORE = "prediction_mean_iou"


class Curves(keras.callbacks.TensorBoard):
    """Logs the scores of every epoch, and how the training itself went.

    Args:
        logs: Directory for the event files.
        pace: Of the run.
        gradient: Its gradient norm.
    """

    def __init__(
        self,
        logs: pathlib.Path,
        pace: pace_lib.Pace,
        gradient: gradient_norm.GradientNorm,
    ):
        super().__init__(logs)
        self._pace, self._gradient = pace, gradient

    def on_epoch_end(self, epoch, logs=None):
        # Not in the logs themselves: of the same run they are never the same
        # twice, and the history of a resumed run is.
        measured = {
            "images_per_second": self._pace.images_per_second,
            "input_wait_share": self._pace.wait_share,
            "gradient_norm": self._gradient.value,
        }
        # Under one name, whatever outputs the network has.
        measured[f"val_{_SCORE}"] = callbacks.validation_iou(logs)
        known = {k: v for k, v in measured.items() if v is not None}
        super().on_epoch_end(epoch, {**logs, **known})


class Pictures(keras.callbacks.Callback):
    """Logs predictions on some validation examples to TensorBoard every epoch.

    Args:
        logs: Directory for the event files.
        batch: Some examples, see `feed.Feed`.
        task: Names and colors of the parts.
    """

    def __init__(
        self,
        logs: pathlib.Path,
        batch: Mapping[str, np.ndarray],
        task: task_lib.Task,
    ):
        super().__init__()
        self.writer = tf.summary.create_file_writer(str(logs))
        self.batch = {name: np.asarray(x) for name, x in batch.items()}
        self.task = task

    def on_epoch_end(self, epoch, logs=None):
        inputs = {name: self.batch[name] for name in self.model.input}
        predictions = self.model.predict_on_batch(inputs)
        # The heatmaps are there only if the network takes them.
        shown = {x: self.batch[x] for x in (keys.IMAGE, keys.PART_MASK)}
        sheet = learning_sheet.draw(
            {**inputs, **shown}, predictions, self.task.category
        )
        with self.writer.as_default():
            tf.summary.image("validation", sheet[None], step=epoch)


def make_callbacks(
    logs: pathlib.Path,
    model: keras.Model,
    batch: Mapping[str, np.ndarray],
    pace: pace_lib.Pace,
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks that write the logs of a run.

    Args:
        logs: Directory for the event files.
        model: A network of `models`.
        batch: Some examples, see `feed.Feed`.
        pace: Of the run. It must be among the callbacks before these.
    """
    task = metadata.task_of(model)
    gradient = gradient_norm.GradientNorm()
    return [
        gradient,
        Curves(logs, pace, gradient),
        Pictures(logs / "pictures", batch, task),
    ]


def write_settings(logs: pathlib.Path, values: Mapping[str, hparams.Value]):
    """Writes the settings of a run, for TensorBoard's HParams page.

    The page lists them with the mean IoU of the last validation.

    Args:
        logs: Directory of the event files, see `make_callbacks`.
        values: From `hparams.chosen`.
    """
    score = api.Metric(
        f"epoch_{_SCORE}",
        group="validation",
        display_name="mean IoU, validation",
    )
    run = logs.parent.resolve()
    # The page cuts what is long: the name comes first.
    trial = f"{run.name} in {run.parent}"
    with tf.summary.create_file_writer(str(logs)).as_default():
        api.hparams_config(list(map(api.HParam, values)), [score])
        api.hparams(dict(values), trial_id=trial)


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

"""What watches a run: the terminal, TensorBoard, and what these are told."""

import dataclasses
import sys
from typing import TextIO

from absl import logging
import keras

from kp2part.training import backend
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import workdir as workdir_lib
from kp2part.training.monitoring import hparams
from kp2part.training.monitoring import pace as pace_lib
from kp2part.training.monitoring import part_scores
from kp2part.training.monitoring import terminal_view


@dataclasses.dataclass(frozen=True)
class Monitor:
    """What watches a run.

    Attributes:
        pace: How fast it is.
        callbacks: For `model.fit`, in this order.
        verbose: How much Keras is to show of the progress.
    """

    pace: pace_lib.Pace
    callbacks: list[keras.callbacks.Callback]
    verbose: int = 0


def make(
    model: keras.Model,
    feed: feed_lib.Feed,
    steps: int,
    config: config_lib.TrainConfig,
    workdir: workdir_lib.Workdir,
    stream: TextIO | None = None,
) -> Monitor:
    """Returns what watches a run, and logs its settings.

    Args:
        model: A network of `models`.
        feed: The batches.
        steps: Number of them in an epoch.
        config: All settings of the run.
        workdir: Where logs go; nothing if another process writes it.
        stream: Where a table of the epochs goes, see `terminal_view`. By
            default, Keras prints its progress bar.
    """
    pace = pace_lib.Pace(config.loop.batch_size)
    watching = [pace, part_scores.PartScores()]
    if not workdir.is_written:  # Another process tells.
        return Monitor(pace, watching)
    watching += _make_loggers(model, feed, config, workdir, pace)
    if stream is None:
        return Monitor(pace, watching, 1 if sys.stdout.isatty() else 2)
    epochs = config.loop.epochs
    view = terminal_view.TerminalView(stream, pace, epochs, steps)
    return Monitor(pace, [*watching, view])


def _make_loggers(
    model: keras.Model,
    feed: feed_lib.Feed,
    config: config_lib.TrainConfig,
    workdir: workdir_lib.Workdir,
    pace: pace_lib.Pace,
) -> list[keras.callbacks.Callback]:
    if not backend.has_tensorflow():
        logging.info(
            "TensorFlow is not installed: no curves and pictures for "
            "TensorBoard. history.csv has the numbers."
        )
        return []
    from kp2part.training.monitoring import tensorboard

    logs = workdir.path / "logs"
    tensorboard.write_settings(logs, hparams.chosen(config))
    return tensorboard.make_callbacks(logs, model, feed.pictured, pace)

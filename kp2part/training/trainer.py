"""Trains a network with the settings of a `TrainConfig`, or resumes it.

TensorFlow is imported only where it is needed: `--input=memory` trains without.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import functools
import importlib
import sys
from typing import Any
from typing import TextIO
import warnings

from absl import logging
import keras

from kp2part.data import epochs
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_errors
from kp2part.data.in_memory import share as share_lib
from kp2part.distribution import team as team_lib
from kp2part.system import checksum
from kp2part.system import interruption
from kp2part.system import settings_flags
from kp2part.system import versions
from kp2part.training import callbacks
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import followed_workdir
from kp2part.training import memory_feed
from kp2part.training import network
from kp2part.training import precision
from kp2part.training import progress as progress_lib
from kp2part.training import run_state
from kp2part.training import splits
from kp2part.training import workdir as workdir_lib
from kp2part.training.monitoring import hparams
from kp2part.training.monitoring import pace as pace_lib
from kp2part.training.monitoring import part_scores
from kp2part.training.monitoring import terminal_view


def train(
    config: config_lib.TrainConfig,
    workdir: workdir_lib.Workdir,
    save_minutes: float = 10.0,
    stream: TextIO | None = None,
    team: team_lib.Team = team_lib.ALONE,
):
    """Trains until all epochs are done, resuming from the last checkpoint.

    Args:
        config: All settings of the run.
        workdir: Where its files go.
        save_minutes: Between checkpoints while an epoch trains; 0 saves none.
        stream: Where a table of the epochs goes, see `terminal_view`. By
            default, Keras prints its progress bar.
        team: The devices that train together.

    Raises:
        ValueError: A setting or file breaks a rule, or the loss is not finite.
    """
    _check_tensorflow(config)
    loop = config.loop
    team.check(
        loop.batch_size,
        loop.input,
        loop.jit_compile,
        config.optimization.accumulate,
    )
    set_up_keras(loop)
    if not team.is_first:
        workdir = followed_workdir.FollowedWorkdir(workdir.path)
    with workdir.locked():
        team.agree("settings", settings_flags.to_flagfile(config))
        workdir.check(config)
        manifest = manifest_lib.load(config.selection.tfrecords)
        chosen = splits.choose(config.selection, manifest, config.loop.seed)
        splits.check(chosen)
        checkpoint, done = workdir.checkpoint()
        team.agree(
            "checkpoint in --workdir", checkpoint.name if checkpoint else ""
        )
        if done.epochs >= config.loop.epochs:
            logging.info("All epochs are done: %s", workdir.best)
            return
        task = network.make_task(config.inputs, manifest)
        with team.scope():
            model = network.load_or_make(
                config, checkpoint, chosen.training, task
            )
        made_of = _made_of(manifest)
        team.agree("records", made_of["records"]["manifest_sha256"])
        # Not before all is known to be good: a typing error would stay.
        workdir.begin(config, made_of, chosen.folds)
        with _explained(config, workdir):
            state = run_state.read(checkpoint) if checkpoint else None
            saver = functools.partial(
                callbacks.Saver, workdir, done, state, save_minutes
            )
            _train(config, model, chosen, workdir, saver, stream, team.share)


def _check_tensorflow(config: config_lib.TrainConfig):
    """Checks that TensorFlow is there if a setting needs it."""
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


def _made_of(manifest: manifest_lib.Manifest) -> dict[str, Any]:
    """Returns what the weights depend on beside the settings."""
    return {
        **versions.versions(keras.backend.backend()),
        "source": versions.source(),
        "records": {
            "directory": str(manifest.directory),
            "manifest_sha256": checksum.sha256(
                manifest.directory / manifest_lib.FILE_NAME
            ),
        },
    }


@contextlib.contextmanager
def _explained(
    config: config_lib.TrainConfig, workdir: workdir_lib.Workdir
) -> Iterator[None]:
    """Explains errors of TensorFlow, if it is there to raise any."""
    selection = config.selection
    if not has_tensorflow():
        yield
        return
    from kp2part.training.monitoring import tensorboard

    with (
        tensorboard.naming_full_disk(workdir.path / "logs"),
        record_errors.explained(
            selection.tfrecords, *selection.extra_tfrecords
        ),
    ):
        yield


def _train(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
    workdir: workdir_lib.Workdir,
    make_saver: Callable[[interruption.Deferral], callbacks.Saver],
    stream: TextIO | None,
    share: share_lib.Share,
):
    loop = config.loop
    if not model.trainable_variables:  # The nearest neighbor is not trained.
        loop = dataclasses.replace(loop, epochs=1)
        warnings.filterwarnings("ignore", ".*any trainable weights")
    feed = make_feed(config, model, chosen, share)
    steps = epochs.steps_per_epoch(chosen.training, loop.batch_size)
    _write_settings(config, workdir)
    with interruption.deferral() as deferral:
        fit(model, feed, steps, loop, workdir, make_saver(deferral), stream)
    if workdir.is_written:
        summarize(workdir, model, loop.epochs)


def make_feed(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
    share: share_lib.Share = share_lib.WHOLE,
) -> feed_lib.Feed:
    """Returns the batches of a run.

    Args:
        config: All settings of the run.
        model: A network of `models`.
        chosen: The examples.
        share: The part of each batch that this process makes.
    """
    if config.loop.input == "memory":
        return memory_feed.make(config, model, chosen, share)
    from kp2part.training import stream_feed

    return stream_feed.make(config, model, chosen, share)


def fit(
    model: keras.Model,
    feed: feed_lib.Feed,
    steps: int,
    loop: config_lib.Loop,
    workdir: workdir_lib.Workdir,
    saver: callbacks.Saver,
    stream: TextIO | None = None,
):
    """Trains a compiled network, and saves each epoch in the workdir.

    Args:
        model: A network of `models`.
        feed: The batches, see `make_feed`.
        steps: Number of batches per epoch.
        loop: Number of epochs, and when to validate.
        workdir: Where the epochs are saved.
        saver: Saves them, and knows how far the run is.
        stream: See `train`.
    """
    # Creates the variables of the metrics. If the first training step created
    # them, TensorFlow would build its graph twice.
    model.evaluate(feed.first, verbose=0)
    begun = saver.begun
    pace = pace_lib.Pace(loop.batch_size)
    views, verbose = _make_view(stream, pace, loop.epochs, steps)
    if not workdir.is_written:  # Another process tells.
        views, verbose = [], 0
    observers = [
        callbacks.StopAtNaN(begun),
        pace,
        part_scores.PartScores(),
        *_make_loggers(model, feed, workdir, pace),
        *views,
        saver,  # Last: when an epoch is saved, the other callbacks are done.
    ]
    if begun.steps == steps:
        _validate(model, feed, observers, begun.epochs)
        begun = progress_lib.Progress(begun.epochs + 1)
    # Keras knows only whole epochs: the rest of one that was begun is trained
    # as if it had fewer steps.
    rest = begun.epochs + (begun.steps > 0)
    for first, last, taken in (
        (begun.epochs, rest, begun.steps),
        (rest, loop.epochs, 0),
    ):
        if first == last:
            continue
        model.fit(
            pace.watch(feed.training(first * steps + taken)),
            initial_epoch=first,
            epochs=last,
            steps_per_epoch=steps - taken,
            validation_data=feed.validation,
            validation_freq=loop.validated_epochs,
            shuffle=False,  # The batches are shuffled.
            verbose=verbose,
            callbacks=observers,
        )


def _make_view(
    stream: TextIO | None, pace: pace_lib.Pace, num_epochs: int, steps: int
) -> tuple[list[keras.callbacks.Callback], int]:
    """Returns what shows the progress, and how much Keras is to show of it."""
    if stream is None:
        return [], 1 if sys.stdout.isatty() else 2
    return [terminal_view.TerminalView(stream, pace, num_epochs, steps)], 0


def _validate(
    model: keras.Model,
    feed: feed_lib.Feed,
    observers: list[keras.callbacks.Callback],
    epoch: int,
):
    """Ends an epoch that was stopped after its last step, as Keras would."""
    observed = keras.callbacks.CallbackList(
        observers, model=model, epochs=epoch + 1, steps=0
    )
    observed.on_train_begin()
    observed.on_epoch_begin(epoch)
    logs = model.get_metrics_result()
    found = model.evaluate(
        feed.validation, callbacks=observed, return_dict=True
    )
    logs |= {f"val_{name}": value for name, value in found.items()}
    observed.on_epoch_end(epoch, logs)
    observed.on_train_end()


def _make_loggers(
    model: keras.Model,
    feed: feed_lib.Feed,
    workdir: workdir_lib.Workdir,
    pace: pace_lib.Pace,
) -> list[keras.callbacks.Callback]:
    if not workdir.is_written:
        return []
    if not has_tensorflow():
        logging.info(
            "TensorFlow is not installed: no curves and pictures for "
            "TensorBoard. history.csv has the numbers."
        )
        return []
    from kp2part.training.monitoring import tensorboard

    logs = workdir.path / "logs"
    return tensorboard.make_callbacks(logs, model, feed.pictured, pace)


def _write_settings(
    config: config_lib.TrainConfig, workdir: workdir_lib.Workdir
):
    if workdir.is_written and has_tensorflow():
        from kp2part.training.monitoring import tensorboard

        logs = workdir.path / "logs"
        tensorboard.write_settings(logs, hparams.chosen(config))


def set_up_keras(loop: config_lib.Loop):
    """Sets seeds, precision and determinism for the whole process."""
    keras.utils.set_random_seed(loop.seed)
    policy = loop.precision
    if policy == "auto":
        policy = precision.fastest()
    keras.config.set_dtype_policy(policy)
    if loop.deterministic and has_tensorflow():
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


@functools.cache
def has_tensorflow() -> bool:
    """Returns whether TensorFlow can be imported."""
    try:
        importlib.import_module("tensorflow")
    except ImportError:
        return False
    return True


def summarize(workdir: workdir_lib.Workdir, model: keras.Model, epochs: int):
    """Writes `training.json`, which marks a finished run."""
    rows = workdir.history(epochs)
    best = callbacks.best_row(rows)
    workdir.save_summary(
        {
            "epochs": epochs,
            "best_epoch": int(best["epoch"]),
            "best_val_mean_iou": callbacks.validation_iou(best),
            "seconds": round(sum(row["seconds"] for row in rows), 1),
            "num_parameters": model.count_params(),
            "versions": versions.versions(keras.backend.backend()),
        }
    )

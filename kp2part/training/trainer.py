"""Trains a network with the settings of a `TrainConfig`, or resumes it.

TensorFlow is imported only where it is needed: `--input=memory` trains without.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import functools
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
from kp2part.system import settings
from kp2part.system import settings_flags
from kp2part.system import versions
from kp2part.training import agreement
from kp2part.training import backend
from kp2part.training import callbacks
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import fitting
from kp2part.training import followed_workdir
from kp2part.training import memory_feed
from kp2part.training import network
from kp2part.training import run_state
from kp2part.training import splits
from kp2part.training import workdir as workdir_lib
from kp2part.training.monitoring import monitor as monitor_lib


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
    backend.check(config)
    loop = config.loop
    team.check(
        loop.batch_size,
        loop.input,
        loop.jit_compile,
        config.optimization.accumulate,
    )
    backend.set_up(loop)
    if not team.is_first:
        workdir = followed_workdir.FollowedWorkdir(workdir.path)
    with workdir.locked():
        team.agree("settings", settings_flags.to_flagfile(config))
        agreement.check(config, team)
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
        # Not before all is known to be good: a typing error would stay.
        workdir.begin(config, _made_of(manifest), chosen.folds)
        with _explained(config, workdir):
            state = run_state.read(checkpoint) if checkpoint else None
            saver = functools.partial(
                callbacks.Saver, workdir, done, state, save_minutes
            )
            _train(config, model, chosen, workdir, saver, stream, team.share)


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
    if not backend.has_tensorflow():
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
    if not model.trainable_variables:  # The nearest neighbor is not trained.
        config = settings.replace(config, epochs=1)
        warnings.filterwarnings("ignore", ".*any trainable weights")
    loop = config.loop
    feed = _make_feed(config, model, chosen, share)
    steps = epochs.steps_per_epoch(chosen.training, loop.batch_size)
    monitor = monitor_lib.make(model, feed, steps, config, workdir, stream)
    with interruption.deferral() as deferral:
        fitting.fit(model, feed, steps, loop, make_saver(deferral), monitor)
    if workdir.is_written:
        _summarize(workdir, model, loop.epochs)


def _make_feed(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
    share: share_lib.Share,
) -> feed_lib.Feed:
    if config.loop.input == "memory":
        return memory_feed.make(config, model, chosen, share)
    from kp2part.training import stream_feed

    return stream_feed.make(config, model, chosen, share)


def _summarize(workdir: workdir_lib.Workdir, model: keras.Model, epochs: int):
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

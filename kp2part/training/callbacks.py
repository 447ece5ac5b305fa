"""Callbacks after every step and epoch: look for NaN, save files."""

from collections.abc import Sequence
import functools
import math
import shutil
import time

import keras
import numpy as np

from kp2part.distribution import local
from kp2part.schema import keys
from kp2part.system import interruption
from kp2part.training import progress as progress_lib
from kp2part.training import run_state
from kp2part.training import workdir as workdir_lib

_PARTS_IOU = f"val_{keys.PARTS}_mean_iou"


class StopAtNaN(keras.callbacks.Callback):
    """Stops at the first step whose loss is not finite; names it and its batch.

    The loss in the logs is the mean over the epoch so far. Keras has it in
    Python at the end of each step, whoever looks.

    Args:
        begun: How far the run was.
    """

    # Keras may look from another thread, while the GPU goes on with JAX.
    async_safe = True

    def __init__(self, begun: progress_lib.Progress):
        super().__init__()
        self.begun = begun

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.done = self.begun.steps if epoch == self.begun.epochs else 0

    def on_train_batch_end(self, batch, logs=None):
        if math.isfinite(logs["loss"]):
            return
        step, steps = self.done + batch + 1, self.done + self.params["steps"]
        raise _not_finite(
            f"loss={logs['loss']}",
            f"step {step} of epoch {self.epoch + 1}, "
            f"batch {self.epoch * steps + step} of the run",
        )


class Saver(keras.callbacks.Callback):
    """Saves history, the best network and checkpoints.

    After every epoch, in that order: a run interrupted between two of them
    repeats its end and writes the same files. Within an epoch, checkpoints
    only: after some minutes, before an interruption ends the run, and before
    validation, which can take long and cannot be gone on with.

    Args:
        workdir: Where to save them.
        begun: How far the run was, and is again.
        state: Of the network then; None at the beginning of an epoch.
        minutes: Between checkpoints while an epoch trains; 0 saves none.
        deferral: Of interruptions.
    """

    def __init__(
        self,
        workdir: workdir_lib.Workdir,
        begun: progress_lib.Progress = progress_lib.START,
        state: run_state.State | None = None,
        minutes: float = 0.0,
        deferral: interruption.Deferral | None = None,
    ):
        super().__init__()
        self.workdir = workdir
        self.rows = workdir.history(begun.epochs)
        self.begun, self.state = begun, state
        self.minutes = minutes
        self.deferral = deferral or interruption.Deferral()

    def on_epoch_begin(self, epoch, logs=None):
        self.done = progress_lib.Progress(epoch)
        self.began = self.saved = time.monotonic()
        if epoch == self.begun.epochs:
            self.done = self.begun
        if self.state is not None:
            run_state.restore(self.model, self.state)
            self.began -= self.state.seconds
            self.state = None

    def on_train_batch_begin(self, batch, logs=None):
        # Not at the end of one: with JAX, Keras would have to wait for it.
        self.deferral.is_on = batch > 0
        if not batch:
            return
        late = time.monotonic() - self.saved > 60 * self.minutes > 0
        if late or self.deferral.waiting:
            steps = self.done.steps + batch
            self._save_within(progress_lib.Progress(self.done.epochs, steps))
        self.deferral.raise_waiting()

    def on_test_begin(self, logs=None):
        trained = self.params["steps"]
        if trained:  # Not if the checkpoint to go on from is this one.
            steps = self.done.steps + trained
            self._save_within(progress_lib.Progress(self.done.epochs, steps))
        self.deferral.is_on = False
        self.deferral.raise_waiting()

    def on_epoch_end(self, epoch, logs=None):
        self._check(logs, f"epoch {epoch + 1}")
        row = {"epoch": epoch + 1, **{k: float(v) for k, v in logs.items()}}
        row["seconds"] = round(time.monotonic() - self.began, 1)
        self.rows.append(row)
        self.workdir.save_history(self.rows)
        save = functools.partial(local.save, self.model)
        # Of equally good epochs the first is the best and is saved already.
        if best_row(self.rows) is row:
            self.workdir.save_best(save)
            # Copying is faster than saving a second time.
            save = functools.partial(shutil.copyfile, self.workdir.best)
        # As the next epoch begins, whether here or in a resumed run.
        self.model.reset_metrics()
        self._save(save, progress_lib.Progress(epoch + 1), 0.0)
        self.deferral.raise_waiting()

    def _save_within(self, done: progress_lib.Progress):
        self._check({}, f"step {done.steps} of epoch {done.epochs + 1}")
        save = functools.partial(local.save, self.model)
        self._save(save, done, time.monotonic() - self.began)
        self.saved = time.monotonic()

    def _save(self, save, done: progress_lib.Progress, seconds: float):
        def write(path):
            save(path)
            run_state.append(path, run_state.capture(self.model, seconds))

        self.workdir.save_checkpoint(write, done)

    def _check(self, logs, where: str):
        for name, value in logs.items():
            if not math.isfinite(value):
                raise _not_finite(f"{name}={value}", where)
        # The last step changes the weights after its loss is known.
        for weight in self.model.weights:
            if not np.isfinite(keras.ops.convert_to_numpy(weight)).all():
                raise _not_finite(
                    f"weight {weight.path}", f"the end of {where}"
                )


def _not_finite(what: str, where: str) -> ValueError:
    return ValueError(
        f"The loss must be finite. Received: {what} in {where}. A lower "
        "--learning_rate or --precision=float32 may help; the checkpoints of "
        "the epochs before are kept."
    )


def validation_iou(row: dict[str, float]) -> float | None:
    """Returns the validation mean IoU of the parts in a row of the history.

    None if the epoch was not validated.
    """
    # Keras omits the name of the output if there is only one.
    return row.get(_PARTS_IOU, row.get("val_mean_iou"))


def best_row(rows: Sequence[dict[str, float]]) -> dict[str, float] | None:
    """Returns the first row with the best mean IoU, None without validation."""
    validated = [row for row in rows if validation_iou(row) is not None]
    return max(validated, key=validation_iou, default=None)

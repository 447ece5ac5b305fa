"""Callbacks after every step and epoch: look for NaN, save files."""

from collections.abc import Sequence
import functools
import math
import shutil
import time

import keras
import numpy as np

from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.training import workdir as workdir_lib

_PARTS_IOU = f"val_{keys.PARTS}_mean_iou"


class StopAtNaN(keras.callbacks.Callback):
    """Stops at the first step whose loss is not finite, and names it.

    The loss in the logs is the mean over the epoch so far. Keras has it in
    Python at the end of each step, whoever looks.
    """

    # Keras may look from another thread, while the GPU goes on with JAX.
    async_safe = True

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise _not_finite(
                f"loss={logs['loss']}",
                f"step {batch + 1} of epoch {self.epoch + 1}",
            )


class SaveEpochs(keras.callbacks.Callback):
    """Saves history, the best network and a checkpoint after every epoch.

    In that order: a run interrupted between two of them repeats the epoch and
    writes the same files.

    Args:
        workdir: Where to save them.
        done: Number of epochs finished before.
    """

    def __init__(self, workdir: workdir_lib.Workdir, done: int):
        super().__init__()
        self.workdir = workdir
        self.rows = workdir.history(done)

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        self._check(logs, f"epoch {epoch + 1}")
        row = {"epoch": epoch + 1, **{k: float(v) for k, v in logs.items()}}
        row["seconds"] = round(time.monotonic() - self.began, 1)
        self.rows.append(row)
        self.workdir.save_history(self.rows)
        save = self.model.save
        # Of equally good epochs the first is the best and is saved already.
        if best_row(self.rows) is row:
            atomic.write(self.workdir.best, save)
            # Copying is faster than saving a second time.
            save = functools.partial(shutil.copyfile, self.workdir.best)
        self.workdir.save_checkpoint(save, epoch + 1)

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

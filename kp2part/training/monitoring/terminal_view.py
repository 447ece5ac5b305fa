"""What a person sees in a terminal, or in a log file, while a run trains."""

import shutil
import time
from typing import TextIO

import keras

from kp2part.models import metadata
from kp2part.training.monitoring import durations
from kp2part.training.monitoring import epoch_lines
from kp2part.training.monitoring import pace as pace_lib

_EVERY_SECONDS = 0.2
# What the estimate is measured on: whatever comes first.
_STEPS, _SECONDS = 10, 20.0


class TerminalView(keras.callbacks.Callback):
    """Writes a line of a table after each epoch, and how far the epoch is.

    The latter only to a terminal: a file gets no line twice. Soon after the
    start it says how long an epoch will take.

    Args:
        stream: Where to.
        pace: Of the run. It must be among the callbacks before this one.
        epochs: Number of epochs of the run.
        steps: Number of steps of an epoch.
    """

    # As the pace.
    async_safe = True

    def __init__(
        self, stream: TextIO, pace: pace_lib.Pace, epochs: int, steps: int
    ):
        super().__init__()
        self._stream, self._pace = stream, pace
        self._epochs, self._steps = epochs, steps
        self._is_terminal = stream.isatty()
        self._table: epoch_lines.Table | None = None
        self._has_estimate = False
        self._shown = ""  # The line that is overwritten.
        self._startup: float | None = None  # Seconds until the first step.
        self._seconds: list[float] = []  # Of whole epochs, without that.

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch + 1
        self._began = time.monotonic()
        self._validated = 0
        self._next = 0.0  # When the line may be overwritten again.

    def on_train_batch_end(self, batch, logs=None):
        pace = self._pace
        if self._startup is None:  # It compiles.
            self._startup = time.monotonic() - self._began
        if pace.steps >= _STEPS or pace.seconds >= _SECONDS:
            self._estimate()
        left = self.params["steps"] - batch - 1
        rest = f"loss {epoch_lines.loss(logs['loss'])}"
        if pace.steps:
            rest += (
                f"  {pace.images_per_second:.1f} images/s"
                f"  {durations.clock(left * pace.step_seconds)} left"
            )
        self._progress(self._steps - left, rest)

    def on_test_batch_end(self, batch, logs=None):
        self._validated += 1
        self._progress(self._steps, f"validating: batch {self._validated}")

    def on_epoch_end(self, epoch, logs=None):
        self._estimate()
        seconds = time.monotonic() - self._began
        if self.params["steps"] == self._steps:
            self._seconds.append(seconds - (self._startup or 0.0))
            self._startup = 0.0
        if self._table is None:
            parts = list(metadata.task_of(self.model).category.parts)
            self._table = epoch_lines.Table(parts[1:], self._epochs)
            self._write(self._table.head())
        rate = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        self._write(
            self._table.row(
                self._epoch, logs, float(rate), seconds, self._left()
            )
        )

    def _left(self) -> float | None:
        if not self._seconds:  # A run that resumed within an epoch.
            return None
        mean = sum(self._seconds) / len(self._seconds)
        return mean * (self._epochs - self._epoch)

    def _estimate(self):
        if self._pace.steps and not self._has_estimate:
            self._has_estimate = True
            self._write(epoch_lines.estimate(self._pace, self._steps))

    def _progress(self, done: int, rest: str):
        if not self._is_terminal or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_SECONDS
        # In the last column, a terminal may begin a new line.
        columns = shutil.get_terminal_size((epoch_lines.WIDTH, 24)).columns
        self._shown = epoch_lines.progress(
            f"epoch {self._epoch}/{self._epochs}",
            done,
            self._steps,
            rest,
            min(columns, epoch_lines.WIDTH) - 1,
        )
        self._stream.write(f"\r{self._shown}")
        self._stream.flush()

    def _write(self, line: str):
        if self._shown:
            self._stream.write(f"\r{' ' * len(self._shown)}\r")
            self._shown = ""
        self._stream.write(f"{line}\n")
        self._stream.flush()

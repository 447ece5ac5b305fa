"""How fast a run trains, and how much of that it waits for its input."""

import time
from typing import Any

import keras

from kp2part.training.monitoring import arrivals


class Pace(keras.callbacks.Callback):
    """Measures the steps of an epoch.

    The first step of a run is left out, as it compiles the network. So is
    validation, and what comes after it.

    Args:
        batch_size: Examples per step.

    Attributes:
        steps: Number of measured steps of this epoch so far.
        seconds: How long they took.
        waited: For how many of these seconds there was no batch.
    """

    # Keras may look from another thread, while the GPU goes on with JAX.
    async_safe = True

    def __init__(self, batch_size: int):
        super().__init__()
        self.batch_size = batch_size
        self._arrivals = arrivals.Arrivals()
        self._asked: dict[int, float] = {}
        self._first = 0  # Number of the epoch's first batch.
        self._compiled = False
        self._start(None)

    def watch(self, batches: Any) -> Any:
        """Returns the batches for the next `model.fit`, to measure them."""
        self._first = 0
        return self._arrivals.watch(batches)

    @property
    def images_per_second(self) -> float | None:
        """Examples trained on in a second; None before two steps."""
        if not self.seconds:
            return None
        return self.steps * self.batch_size / self.seconds

    @property
    def step_seconds(self) -> float | None:
        """Seconds per step; None before two steps."""
        return self.seconds / self.steps if self.steps else None

    @property
    def wait_share(self) -> float | None:
        """Share of the time without a batch, 0 to 1; None before two steps."""
        return self.waited / self.seconds if self.seconds else None

    def on_epoch_begin(self, epoch, logs=None):
        self._start(None)

    def on_train_batch_begin(self, batch, logs=None):
        now = self._asked[batch] = time.monotonic()
        if self._compiled and self._last is None:
            self._start(now)

    def on_train_batch_end(self, batch, logs=None):
        # Keras has the loss in Python by now: the step is done.
        now, asked = time.monotonic(), self._asked.pop(batch)
        ready = self._arrivals.take(self._first + batch)
        if self._last is None:  # The step that compiles.
            self._compiled = True
            self._start(now)
            return
        # With JAX, the batch is asked for before the step before it is done.
        free = max(asked, self._last)
        self.waited += max((ready or free) - free, 0.0)
        self.steps += 1
        self.seconds = now - self._begun
        self._last = now

    def on_epoch_end(self, epoch, logs=None):
        self._first += self.params["steps"]

    def _start(self, now: float | None):
        self.steps, self.seconds, self.waited = 0, 0.0, 0.0
        self._begun = self._last = now

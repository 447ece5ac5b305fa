"""Training that is stopped at some moment, as if Ctrl-C had been pressed."""

import signal
from unittest import mock

from kp2part.training import callbacks


def before(epochs: int, steps: int):
    """Returns a context in which training is stopped.

    Args:
        epochs: Number of epochs that are finished then.
        steps: Number of steps of the next one that are.
    """

    class Stopped(callbacks.Saver):
        def on_train_batch_begin(self, batch, logs=None):
            if (self.done.epochs, self.done.steps + batch) == (epochs, steps):
                self.deferral.waiting = KeyboardInterrupt()
            super().on_train_batch_begin(batch)

    return mock.patch.object(callbacks, "Saver", Stopped)


def validating(epochs: int):
    """Returns a context in which training is stopped while it validates.

    Args:
        epochs: Number of epochs that are finished then.
    """

    class Stopped(callbacks.Saver):
        def on_test_batch_end(self, batch, logs=None):
            if self.done.epochs == epochs:
                self.deferral(signal.SIGINT, None)

    return mock.patch.object(callbacks, "Saver", Stopped)

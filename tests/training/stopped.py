"""Training that is stopped before a step, as if Ctrl-C had been pressed."""

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

"""Trains a compiled network for the epochs that a run has left."""

import keras

from kp2part.training import callbacks
from kp2part.training import config as config_lib
from kp2part.training import feed as feed_lib
from kp2part.training import progress as progress_lib
from kp2part.training.monitoring import monitor as monitor_lib


def fit(
    model: keras.Model,
    feed: feed_lib.Feed,
    steps: int,
    loop: config_lib.Loop,
    saver: callbacks.Saver,
    monitor: monitor_lib.Monitor,
):
    """Trains a compiled network, and saves each epoch.

    Args:
        model: A network of `models`.
        feed: The batches.
        steps: Number of batches per epoch.
        loop: Number of epochs, and when to validate.
        saver: Saves them, and knows how far the run is.
        monitor: Watches.
    """
    # Creates the variables of the metrics. If the first training step created
    # them, TensorFlow would build its graph twice.
    model.evaluate(feed.first, verbose=0)
    begun = saver.begun
    # The saver is the last: when an epoch is saved, the others are done.
    observers = [callbacks.StopAtNaN(begun), *monitor.callbacks, saver]
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
        batches = feed.training(first * steps + taken)
        model.fit(
            monitor.pace.watch(batches),
            initial_epoch=first,
            epochs=last,
            steps_per_epoch=steps - taken,
            validation_data=feed.validation,
            validation_freq=loop.validated_epochs,
            shuffle=False,  # The batches are shuffled.
            verbose=monitor.verbose,
            callbacks=observers,
        )


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

"""When batches are ready, to tell how long training waits for its input.

How long a step takes does not tell: reading the next batch is part of it. So
the batches themselves tell when each of them is ready, wherever that happens:
in a thread of `tf.data`, or in Keras's.
"""

from collections.abc import MutableMapping
import time
from typing import Any

import keras


class Arrivals:
    """Times at which the batches of a run are ready."""

    def __init__(self):
        self._times: dict[int, float] = {}

    def watch(self, batches: Any) -> Any:
        """Returns the same batches, whose times are noted from now on.

        Args:
            batches: A `keras.utils.PyDataset` or a `tf.data.Dataset`.
        """
        # A new one: a thread may still fill the old.
        self._times = {}
        if isinstance(batches, keras.utils.PyDataset):
            return _Watched(batches, self._times)
        return _watch_stream(batches, self._times)

    def take(self, number: int) -> float | None:
        """Returns when a batch was ready, and forgets it.

        Args:
            number: Of the batch, from 0.

        Returns:
            Seconds of `time.monotonic`; None if the batch was not seen.
        """
        return self._times.pop(number, None)


class _Watched(keras.utils.PyDataset):
    """Batches in memory that note when they are ready."""

    def __init__(
        self, batches: keras.utils.PyDataset, times: MutableMapping[int, float]
    ):
        super().__init__(
            batches.workers, batches.use_multiprocessing, batches.max_queue_size
        )
        self._batches = batches
        self._times = times

    @property
    def num_batches(self):
        return self._batches.num_batches

    def __getitem__(self, index: int):
        batch = self._batches[index]
        self._times[index] = time.monotonic()
        return batch


def _watch_stream(dataset, times: MutableMapping[int, float]):
    import tensorflow as tf

    def note(number):
        times[int(number)] = time.monotonic()

    def passed(number, batch):
        tf.numpy_function(note, [number], [])
        return batch

    return dataset.enumerate().map(passed)

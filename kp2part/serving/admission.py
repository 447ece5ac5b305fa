"""Schedules batches, so that a large one does not hold up the small ones."""

from collections.abc import Iterator
import contextlib
import threading

import grpc

from kp2part.serving.tf_serving_api import errors


class Admission:
    """Runs large batches one after another, alongside the small ones.

    A small batch never waits here. A large one waits for its turn. At most
    `max_large` do so, fewer than there are threads, which leaves the other
    threads to small batches.

    Args:
        large_rows: The number of rows from which a batch is large.
        max_large: Large batches that compute or wait; more are refused.
    """

    def __init__(self, large_rows: int = 9, max_large: int = 4):
        self._large_rows = large_rows
        self._places = threading.BoundedSemaphore(max_large)
        self._turn = threading.Lock()

    @contextlib.contextmanager
    def turn(self, num_rows: int) -> Iterator[None]:
        """Returns a context in which a batch of `num_rows` may compute.

        Raises:
            errors.ServingError: Too many large batches are waiting.
        """
        if num_rows < self._large_rows:
            yield
            return
        if not self._places.acquire(blocking=False):
            raise errors.ServingError(
                grpc.StatusCode.UNAVAILABLE,
                f"Too many batches of {self._large_rows} or more rows are "
                "waiting: try again, or send smaller batches.",
            )
        try:
            with self._turn:
                yield
        finally:
            self._places.release()

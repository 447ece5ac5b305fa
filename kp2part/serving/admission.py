"""Who computes when: a large batch must not hold up the small ones."""

from collections.abc import Iterator
import contextlib
import threading

import grpc

from kp2part.serving import errors


class Admission:
    """Has large batches compute one after the other, beside the small ones.

    A small batch never waits here. A large one waits for its turn, in a place
    of which there are fewer than threads: the other threads stay free.

    Args:
        large_rows: A batch of so many rows is large.
        max_large: Large batches that compute or wait; more are refused.
    """

    def __init__(self, large_rows: int = 9, max_large: int = 4):
        self._large_rows = large_rows
        self._places = threading.BoundedSemaphore(max_large)
        self._turn = threading.Lock()

    @contextlib.contextmanager
    def turn(self, num_rows: int) -> Iterator[None]:
        """A context in which a batch of `num_rows` may compute.

        Raises:
            errors.ServingError: Too many large batches wait already.
        """
        if num_rows < self._large_rows:
            yield
            return
        if not self._places.acquire(blocking=False):
            raise errors.ServingError(
                grpc.StatusCode.UNAVAILABLE,
                f"Too many batches of {self._large_rows} or more rows wait: "
                "try again, or send smaller ones.",
            )
        try:
            with self._turn:
                yield
        finally:
            self._places.release()

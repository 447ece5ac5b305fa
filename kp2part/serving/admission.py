"""Schedules requests, so that a large one does not hold up the small ones."""

from collections.abc import Iterator
import contextlib
import threading

import grpc

from kp2part.serving import client_watch
from kp2part.serving.tf_serving_api import errors

# From this size on a body, or what it is inflated to, is large.
LARGE_BYTES = 4 << 20
_LOOK_SECONDS = 0.1  # Between two looks whether the client is still there.


class Admission:
    """Runs large requests one after another, alongside the small ones.

    A small request waits for other small ones at most. A large one waits for
    its turn, in a thread: there are `max_large` threads more than small
    requests that compute. Whoever waits stops when its client has left.

    Args:
        large_rows: The number of rows from which a request is large.
        max_large: Large requests that compute or wait; more are refused.
        large_pixels: The number of pixels from which a request is large, in
            all its photos: there is half a second of work in them.
        num_small: Small requests that compute at the same time.

    Attributes:
        max_large: As given.
    """

    def __init__(
        self,
        large_rows: int = 9,
        max_large: int = 32,
        large_pixels: int = 4_000_000,
        num_small: int = 8,
    ):
        self._large_rows = large_rows
        self._large_pixels = large_pixels
        self.max_large = max_large
        self._places = threading.BoundedSemaphore(max_large)
        self._turn = threading.BoundedSemaphore(1)
        self._small = threading.BoundedSemaphore(num_small)
        self._thread = threading.local()

    @contextlib.contextmanager
    def turn(self, num_rows: int, num_pixels: int = 0) -> Iterator[None]:
        """Returns a context in which a request may compute.

        Args:
            num_rows: Of its inputs.
            num_pixels: Of all its photos.

        Raises:
            errors.ServingError: Too many large requests are waiting, or the
                client has left.
        """
        if getattr(self._thread, "has_turn", False):
            yield
        elif getattr(self._thread, "has_place", False):
            with _waited(self._turn):
                yield
        elif num_rows < self._large_rows and num_pixels < self._large_pixels:
            with _waited(self._small):
                yield
        else:
            with self._large():
                yield

    @contextlib.contextmanager
    def turn_of_large(self) -> Iterator[None]:
        """As `turn`, for a request that is known to be large beforehand.

        What it computes inside needs no turn of its own.
        """
        with self._large():
            self._thread.has_turn = True
            try:
                yield
            finally:
                self._thread.has_turn = False

    @contextlib.contextmanager
    def place_of_large(self) -> Iterator[None]:
        """Returns a context for a request that computes photo after photo.

        Each takes a turn of a large one. Between them others have theirs, and
        what is not computing, for instance fetching photos, holds up nobody.
        """
        with self._place():
            self._thread.has_place = True
            try:
                yield
            finally:
                self._thread.has_place = False

    @contextlib.contextmanager
    def _large(self):
        with self._place(), _waited(self._turn):
            yield

    @contextlib.contextmanager
    def _place(self):
        if not self._places.acquire(blocking=False):
            raise errors.ServingError(
                grpc.StatusCode.UNAVAILABLE,
                f"Too many batches of {self._large_rows} or more rows, or of "
                f"{self._large_pixels} or more pixels, are waiting: try again, "
                "or send smaller ones.",
            )
        try:
            yield
        finally:
            self._places.release()


@contextlib.contextmanager
def _waited(semaphore):
    while not semaphore.acquire(timeout=_LOOK_SECONDS):
        _check_client()
    try:
        _check_client()
        yield
    finally:
        semaphore.release()


def _check_client():
    if client_watch.is_gone():
        raise errors.ServingError(
            grpc.StatusCode.CANCELLED, "The client has left."
        )

"""A progress bar of work that others do."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import threading

import tqdm

_SECONDS_BETWEEN_LOOKS = 2.0


@contextlib.contextmanager
def of(left: Callable[[], int], total: int, unit: str) -> Iterator[None]:
    """Shows how much is done as long as the context lasts.

    Args:
        left: Returns how much there is still to do.
        total: How much there is.
        unit: What is counted.
    """
    over = threading.Event()
    with tqdm.tqdm(total=total, unit=unit) as bar:

        def look():
            while not over.wait(_SECONDS_BETWEEN_LOOKS):
                bar.update(total - left() - bar.n)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            bar.update(total - left() - bar.n)

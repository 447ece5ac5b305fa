"""Computes ahead in threads, in order, with bounded memory."""

import collections
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent import futures
from typing import TypeVar

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


def ordered_map(
    function: Callable[[_Given], _Found],
    items: Iterable[_Given],
    num_threads: int,
    num_ahead: int,
) -> Iterator[_Found]:
    """Yields what a function returns for each item, in order.

    Args:
        function: Called in threads; the first error is raised here.
        items: Taken in the caller's thread, no more than `num_ahead` before
            their results are.
        num_threads: Number of threads.
        num_ahead: The most items under way or waiting to be yielded.
    """
    pool = futures.ThreadPoolExecutor(num_threads)
    waiting: collections.deque[futures.Future] = collections.deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= num_ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

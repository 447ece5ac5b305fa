"""Whether the client of the request that a thread works on is still there.

Whoever waits long asks: nobody reads the response for a client that has left.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import contextvars

_is_gone: contextvars.ContextVar[Callable[[], bool]] = contextvars.ContextVar(
    "is_gone", default=lambda: False
)


@contextlib.contextmanager
def watching(is_gone: Callable[[], bool]) -> Iterator[None]:
    """Returns a context in which `is_gone` asks about a request's client."""
    token = _is_gone.set(is_gone)
    try:
        yield
    finally:
        _is_gone.reset(token)


def is_gone() -> bool:
    """Returns whether the client of this thread's request has left."""
    return _is_gone.get()()

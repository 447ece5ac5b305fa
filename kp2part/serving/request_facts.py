"""What is found out about a request while it is responded to, for the log."""

from collections.abc import Iterator
import contextlib
import contextvars

_facts: contextvars.ContextVar[dict | None] = contextvars.ContextVar(
    "facts", default=None
)


@contextlib.contextmanager
def collecting() -> Iterator[dict]:
    """Returns a context whose dict gets what is noted in this thread."""
    facts = {}
    token = _facts.set(facts)
    try:
        yield facts
    finally:
        _facts.reset(token)


def note_model(name: str, version: int | None = None):
    """Notes which model responds, and its version where it is known."""
    facts = _facts.get()
    if facts is not None:
        facts["model"] = name
        if version is not None:
            facts["version"] = version

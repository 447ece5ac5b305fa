"""Silence of converters, which tell of each step and each variable."""

from collections.abc import Iterator
import contextlib
import io
import warnings

from absl import logging


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Lets only errors through."""
    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        logging.set_verbosity(before)

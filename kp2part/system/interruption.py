"""Ctrl-C and SIGTERM: they end a program in order, and within seconds.

Both become exceptions in the main thread, so that files and child processes are
put in order on the way out. Python raises them between two of its instructions
only, and one step of training in TensorFlow is one instruction, which may take
minutes: a thread ends the process if it is still there after some seconds.
That harms no file, as files appear whole or not at all.
"""

from collections.abc import Iterator
import contextlib
import os
import signal
import sys
import threading
import time
from typing import NoReturn

from absl import logging

_GRACE_SECONDS = 8.0


class Terminated(KeyboardInterrupt):
    """SIGTERM has arrived."""


def install():
    """Makes SIGINT and SIGTERM end this process, see above.

    A program that handles a signal in its own way is left alone.
    """
    signal.signal(signal.SIGTERM, _terminate)
    if os.name == "posix" and threading.current_thread() is (
        threading.main_thread()
    ):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        # Written to at once, whatever the main thread is at.
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        threading.Thread(target=_watch, args=[reader], daemon=True).start()


class Deferral:
    """Lets an interruption wait for a good moment.

    Attributes:
        is_on: Whether it waits; otherwise it is raised at once. If it waits for
            longer than some seconds, it ends the process.
        waiting: That which waits; None if there is none.
    """

    def __init__(self):
        self.is_on = False
        self.waiting: KeyboardInterrupt | None = None

    def raise_waiting(self):
        """Raises what waits, if anything does."""
        if self.waiting is not None:
            raise self.waiting

    def __call__(self, number: int, _):
        """Handles a signal; a second one does not wait."""
        kind = Terminated if number == signal.SIGTERM else KeyboardInterrupt
        is_second = self.waiting is not None
        # Also if it is raised: Keras looks at the values of logs in a way that
        # lets no exception out.
        self.waiting = kind()
        if is_second or not self.is_on:
            raise self.waiting


@contextlib.contextmanager
def deferral() -> Iterator[Deferral]:
    """Returns a context in which an interruption can wait; off at first.

    Only where `install` was called: a program that handles signals in its own
    way is left alone.
    """
    found = Deferral()
    ours = {
        number: handler
        for number, handler in _HANDLERS.items()
        if signal.getsignal(number) is handler
    }
    # Python sets handlers in the main thread only.
    if threading.current_thread() is not threading.main_thread():
        ours = {}
    try:
        for number in ours:
            signal.signal(number, found)
        yield found
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)


def leave(error: KeyboardInterrupt) -> NoReturn:
    """Ends the process with the status that tells the signal: 130 or 143.

    At once: Python and TensorFlow take seconds to take themselves apart.
    """
    logging.flush()
    for stream in sys.stdout, sys.stderr:
        with contextlib.suppress(OSError, ValueError):  # A pipe that is closed.
            stream.flush()
    kind = isinstance(error, Terminated)
    os._exit(128 + (signal.SIGTERM if kind else signal.SIGINT))


def _terminate(*_):
    raise Terminated


_HANDLERS: dict[int, object] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: _terminate,
}


def _watch(reader: int):
    while number := os.read(reader, 1):
        handler = signal.getsignal(number[0])
        is_ours = handler is _HANDLERS.get(number[0], _watch)
        if is_ours or isinstance(handler, Deferral):
            time.sleep(_GRACE_SECONDS)
            os._exit(128 + number[0])

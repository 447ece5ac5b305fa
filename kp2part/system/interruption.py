"""Ctrl-C and SIGTERM: they end a program in order, and within seconds.

Both become exceptions in the main thread, so that files and child processes are
put in order on the way out. Python raises them between two of its instructions
only, and one step of training in TensorFlow is one instruction, which may take
minutes: a thread ends the process if it is still there after some seconds.
That harms no file, as files appear whole or not at all.
"""

import os
import signal
import threading
import time

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


def status(error: KeyboardInterrupt) -> int:
    """Returns the exit status that says by which signal a program ended."""
    kind = isinstance(error, Terminated)
    return 128 + (signal.SIGTERM if kind else signal.SIGINT)


def _terminate(*_):
    raise Terminated


def _watch(reader: int):
    ours: dict[int, object] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: _terminate,
    }
    while number := os.read(reader, 1):
        if ours.get(number[0]) is signal.getsignal(number[0]):
            time.sleep(_GRACE_SECONDS)
            os._exit(128 + number[0])

"""What is said of a process that has no time to say it.

JAX aborts a process that has lost process 0, and the system kills one that
takes too much memory. A small process waits for the end of ours, and speaks
unless it was told that all is well.
"""

from collections.abc import Iterator
import contextlib
import os
import subprocess
import sys

_SPEAKER = """
import sys
if not sys.stdin.read():
    print(sys.argv[1], file=sys.stderr)
"""
_speakers: list[subprocess.Popen] = []


@contextlib.contextmanager
def at_sudden_end(text: str) -> Iterator[None]:
    """Has a text printed if this process ends within the context, at once.

    Args:
        text: A line for the standard error.
    """
    speaker = subprocess.Popen(
        # Without packages, it starts in a moment.
        [sys.executable, "-I", "-S", "-c", _SPEAKER, text],
        stdin=subprocess.PIPE,
        # Ctrl-C in a terminal is for us.
        start_new_session=True,
    )
    _speakers.append(speaker)
    try:
        yield
    finally:
        take_back()


def take_back():
    """Has nothing printed."""
    while _speakers:
        speaker = _speakers.pop()
        with contextlib.suppress(OSError):  # It may have been killed.
            speaker.communicate(b"well")


def leave(status: int):
    """Ends this process at once, in order."""
    take_back()
    os._exit(status)

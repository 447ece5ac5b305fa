"""Child processes that end with their parent."""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import signal
import subprocess
import threading
import time
from typing import IO

# Less than `interruption` grants the parent.
_GRACE_SECONDS = 5.0


class Children:
    """The children of this process that run at the moment, each with its own.

    A child leads a group of processes, so that Ctrl-C in a terminal reaches the
    parent alone, which then ends the groups.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen] = set()
        self._is_over = False

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], log: IO
    ) -> int:
        """Runs a command until it ends; returns its exit status.

        After `end` it is not even begun.

        Args:
            command: Program and arguments.
            environment: Its environment.
            log: File for its output.
        """
        with self._lock:
            if self._is_over:
                return 1
            child = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            self._running.add(child)
        try:
            return child.wait()
        finally:
            with self._lock:
                self._running.discard(child)

    def end(self):
        """Ends all children and theirs, by force if they take seconds."""
        with self._lock:
            self._is_over = True
            running = list(self._running)
        for child in running:
            _send(child, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(deadline - time.monotonic(), 0))
        for child in running:
            _send(child, signal.SIGKILL)


def _send(child: subprocess.Popen, number: int):
    if hasattr(os, "killpg"):
        # The group may outlive its leader.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
    elif child.poll() is None:
        child.kill()

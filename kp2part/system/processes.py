"""Child processes that end with their parent."""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import multiprocessing
import os
import signal
import subprocess
import threading
import time
from typing import IO

# Less than `interruption` grants the parent.
_GRACE_SECONDS = 5.0
_SECONDS_BETWEEN_LOOKS = 0.5
_PARENT = "KP2PART_PARENT"  # Tells a child the number of its parent.


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

        After `end` it is not even begun. A program of ours also ends when this
        process is killed, see `end_with_parent`.

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
                env={**environment, _PARENT: str(os.getpid())},
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


def end_with_parent():
    """Has SIGTERM sent to this process once the parent that runs it has died.

    Does nothing but in a child that `Children` run. Windows tells no child that
    its parent has died.
    """
    # The children of this process have another parent.
    if (parent := os.environ.pop(_PARENT, None)) is not None:
        threading.Thread(
            target=_outlive, args=[int(parent)], daemon=True
        ).start()


def _outlive(parent: int):
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)


def end_with_pool():
    """Ends this worker of a pool of processes once the pool's has died.

    It would wait for work for ever: the other workers keep its queue open.
    """
    parent = multiprocessing.parent_process()
    threading.Thread(target=_exit_after, args=[parent], daemon=True).start()


def _exit_after(parent: multiprocessing.process.BaseProcess):
    parent.join()
    os._exit(1)


def _send(child: subprocess.Popen, number: int):
    if hasattr(os, "killpg"):
        # The group may outlive its leader.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
    elif child.poll() is None:
        child.kill()

"""Looks whether the other processes of a run still live.

A computation on all devices waits for ever if one of its processes is gone: a
thread notices, says what to do and ends this process too. It reads notes on a
`Board`. Each process leaves a sign of life; process 0 looks at those of all,
and the others, who may be many, at what process 0 makes of them. If process 0
does not move, the board does not either: a second thread looks at the clock.
"""

from collections.abc import Callable
import os
import signal
import sys
import threading
import time

from absl import logging

from kp2part.distribution import board as board_lib
from kp2part.distribution import last_words

ALIVE, ENDED, ASKED, DONE = "alive", "ended", "asked", "done"
_SECONDS_BETWEEN_LOOKS = 0.5
# The others read within this time why process 0 ends.
LAST_WORDS_SECONDS = 3.0
# More than `interruption` grants process 0, which learns of it 2 s later.
_GRACE_SECONDS = 11.0
_INTERRUPTED = "interrupted by signal "


class Watch(threading.Thread):
    """Ends this process if another process of the run has ended.

    Args:
        board: The notes of all processes.
        index: Number of this process.
        count: Number of processes.
        timeout: Seconds without a sign of life after which one is lost.
        leave: Ends this process with a status.
    """

    def __init__(
        self,
        board: board_lib.Board,
        index: int,
        count: int,
        timeout: float,
        leave: Callable[[int], object] = last_words.leave,
    ):
        super().__init__(daemon=True)
        self._board = board
        self._index, self._count = index, count
        self._timeout = timeout
        self._leave = leave
        self._others = [x for x in range(count) if x != index]
        self._signs = dict.fromkeys(self._others, ("", time.monotonic()))
        self._signal = 0
        self._signaled = 0.0
        self._asked: float | None = None
        self._has_obeyed = False
        self._looked = time.monotonic()
        self._over = threading.Event()

    def run(self):
        threading.Thread(target=self._watch_the_clock, daemon=True).start()
        beat = 0
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            beat += 1
            try:
                self._board.put(ALIVE, self._index, str(beat))
                self.look()
            except Exception as error:  # Its types are JAX's, and many.
                if not self._over.is_set():
                    self._lose(f"process 0 cannot be reached: {error}"[:200])
            self._looked = time.monotonic()

    def look(self):
        """Ends this process if there is reason to."""
        ended = self._board.notes(ENDED)
        for index in self._others:
            if (text := ended.get(str(index))) is not None:
                self._end(text)
                return
        if self._index == 0:
            self._look_for_life()
            self._obey()
        elif self._signal:
            self._board.put(ASKED, self._index, str(self._signal))

    def look_at_the_clock(self):
        """Ends this process if it is late, whether the board moves or not."""
        now = time.monotonic()
        if self._signal and now - self._signaled > _GRACE_SECONDS:
            self._leave(128 + self._signal)
        elif now - self._looked > self._timeout:
            _say(_lost(f"process 0 has not moved for {self._timeout:g} s"))
            self._leave(1)

    def wait_for_all(self):
        """Waits until all processes have done their work."""
        self._board.put(DONE, self._index, "")
        while len(self._board.notes(DONE)) < self._count:
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def silence(self):
        """Ends the watch, without a word on what others say from now on."""
        self._over.set()

    def stop(self):
        """Ends the watch."""
        self._over.set()
        self.join()

    def on_signal(self, number: int, _):
        """Handles a signal to a process other than 0: asks that to save."""
        self._signal = self._signal or number
        self._signaled = time.monotonic()

    def _look_for_life(self):
        now = time.monotonic()
        alive = self._board.notes(ALIVE)
        for index, (sign, seen) in self._signs.items():
            new = alive.get(str(index), "")
            if new != sign:
                self._signs[index] = new, now
            elif now - seen > self._timeout:
                self._lose(
                    f"process {index} has given no sign of life for "
                    f"{self._timeout:g} s"
                )
                return

    def _obey(self):
        """Interrupts process 0 if another one was, and it was not itself."""
        asked = self._board.notes(ASKED)
        if not asked or self._has_obeyed:
            return
        now = time.monotonic()
        if self._asked is None:
            # If all were interrupted, the signal of this process is under way.
            self._asked = now
        elif now - self._asked > LAST_WORDS_SECONDS / 2:
            self._has_obeyed = True
            number = int(next(iter(asked.values())))
            # A shell starts what is to run in its background without Ctrl-C.
            if signal.getsignal(number) == signal.SIG_IGN:
                number = signal.SIGTERM
            handler = signal.getsignal(number)
            if not getattr(handler, "waiting", None):
                os.kill(os.getpid(), number)

    def _watch_the_clock(self):
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            self.look_at_the_clock()

    def _lose(self, reason: str):
        """Ends this process, as another one is lost."""
        self._end(_lost(reason))

    def _end(self, reason: str):
        number = reason.removeprefix(_INTERRUPTED)
        if number.isdigit():
            self._leave(128 + int(number))
            return
        _say(reason)
        self._board.put(ENDED, self._index, reason)
        if self._index == 0:
            time.sleep(LAST_WORDS_SECONDS)
        self._leave(1)


def failed(index: int, error: str) -> str:
    """Returns what the others say of the error of a process."""
    return f"All processes end, as process {index} has failed: {error}"


def killed(index: int) -> str:
    """Returns what is said of a process that ends without a word."""
    how = "was killed"
    if index:
        how += ", or aborted as process 0 is gone"
    return _lost(f"process {index} {how}")


def _lost(reason: str) -> str:
    """Returns why a run that can go on has ended, and what to do."""
    return (
        f"This run on several processes has ended: {reason}. Start all "
        "processes again, as many as you like, with the same --workdir: the "
        "run goes on from its last checkpoint."
    )


def _say(reason: str):
    logging.flush()
    print(f"error: {reason}", file=sys.stderr)  # noqa: T201
    sys.stderr.flush()


def interrupted(number: int) -> str:
    """Returns the reason of a process that ends by a signal."""
    return f"{_INTERRUPTED}{number}"

"""Times of programs that take turns, so that other load meets all alike."""

from collections.abc import Callable
from collections.abc import Mapping
import contextlib
import dataclasses
import pathlib
import resource
import threading
import time

_TASKS = pathlib.Path("/proc/self/task")
_WORKING = "RD"  # Running or ready to run, or waiting for the disk.
_LOOK_SECONDS = 0.003
_IDLE_LOOKS = 5  # In a row: threads wait for each other now and then.
_PATIENCE = 3000  # Looks.


@dataclasses.dataclass(frozen=True)
class Times:
    """Seconds of one of them, one number for each round.

    Attributes:
        processor: Of all threads, and of child processes that have ended.
        wall: On the clock.
    """

    processor: tuple[float, ...]
    wall: tuple[float, ...]


def interleave(
    runs: Mapping[str, Callable[[], object]], rounds: int, warm_rounds: int = 1
) -> dict[str, Times]:
    """Runs all of them in turn, and again, and returns their times.

    Args:
        runs: What to run, by name.
        rounds: How often.
        warm_rounds: How often before that, without a clock: the first run
            compiles, and fills caches.
    """
    names = list(runs)
    seconds = {name: ([], []) for name in names}
    for number in range(-warm_rounds, rounds):
        # Each begins a round in its turn: whoever follows finds other caches.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            settle()
            taken = once(runs[name])
            if number >= 0:
                for kind, value in zip(seconds[name], taken, strict=True):
                    kind.append(value)
    return {
        name: Times(tuple(processor), tuple(wall))
        for name, (processor, wall) in seconds.items()
    }


def once(run: Callable[[], object]) -> tuple[float, float]:
    """Returns the seconds of the processor, and of the clock, of one run."""
    processor, wall = processor_seconds(), time.perf_counter()
    run()
    wall = time.perf_counter() - wall
    return processor_seconds() - processor, wall


def processor_seconds() -> float:
    """Returns what this process and its ended children have used so far."""
    used = (
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return sum(x.ru_utime + x.ru_stime for x in used)


def settle():
    """Waits until no other thread of this process works any more.

    Threads that fetch ahead, or look for work, would be counted for others.
    """
    idle = 0
    for _ in range(_PATIENCE):
        idle = 0 if _others_work() else idle + 1
        if idle == _IDLE_LOOKS:
            return
        time.sleep(_LOOK_SECONDS)


def _others_work() -> bool:
    # Not their time: on a busy machine a thread that works has none at first.
    here = str(threading.get_native_id())
    for task in _TASKS.iterdir():
        with contextlib.suppress(OSError):  # It has ended.
            state = (task / "stat").read_text().rpartition(")")[2].split()[0]
            if state in _WORKING and task.name != here:
                return True
    return False

"""Joins the processes of a run, with `jax.distributed`."""

import atexit
from collections.abc import Iterator
import contextlib
import dataclasses
import functools
import os
import pathlib
import signal
import sys
import threading
import time

from absl import logging
import keras

from kp2part.data.in_memory import share as share_lib
from kp2part.distribution import board as board_lib
from kp2part.distribution import cluster
from kp2part.distribution import last_words
from kp2part.distribution import mirrored
from kp2part.distribution import sole_process
from kp2part.distribution import team as team_lib
from kp2part.distribution import watch as watch_lib
from kp2part.system import interruption

# What moves values between processes, as it calls itself in errors.
_EXCHANGES = "Gloo", "NCCL"
# JAX ends a process that has waited so long for others.
_JOIN_SECONDS = 300


@contextlib.contextmanager
def joined(
    place: cluster.Place, timeout: float, workdir: pathlib.Path
) -> Iterator[team_lib.Team]:
    """Returns a context in which this process belongs to a team.

    Nothing may have been computed with JAX before. If one process fails, all
    end.

    Args:
        place: Of this process.
        timeout: Seconds without a sign of life after which a process is lost.
        workdir: Of the run.

    Raises:
        ValueError: The backend is not JAX, the others cannot be reached, or
            this process of the run is there already.
    """
    if keras.backend.backend() != "jax":
        raise ValueError(
            "`distribute` can be processes with KERAS_BACKEND=jax only. "
            f"Received: KERAS_BACKEND={keras.backend.backend()}"
        )
    with sole_process.kept(place, workdir):
        with last_words.at_sudden_end(f"error: {_never_met(place)}"):
            _initialize(place, timeout)
        board = board_lib.of_this_process()
        watch = watch_lib.Watch(board, place.index, place.count, timeout)
        words = watch_lib.killed(place.index)
        with (
            last_words.at_sudden_end(f"error: {words}"),
            _watched(watch, board, place, timeout),
            _team(board, place) as team,
        ):
            yield team


def _never_met(place: cluster.Place) -> str:
    return (
        f"process {place.index} of {place.count} has not met the others at "
        f"coordinator={place.coordinator}. Start all within "
        f"{_JOIN_SECONDS} s, with the same --coordinator and --num_processes "
        "and each with its own --process_id; machines must reach its port."
    )


@contextlib.contextmanager
def _team(
    board: board_lib.Board, place: cluster.Place
) -> Iterator[team_lib.Team]:
    import jax

    share = share_lib.Share(place.index, place.count, place.count)
    with mirrored.of_jax(share) as team:
        logging.info(
            "Process %d of %d, with %d of %d devices. If one is killed, all "
            "end: start them again with the same --workdir.",
            place.index, place.count, jax.local_device_count(),
            team.num_devices,
        )  # fmt: skip
        yield dataclasses.replace(
            team, agree=functools.partial(_agree, board, place.index)
        )


def _initialize(place: cluster.Place, timeout: float):
    import jax

    logging.info(
        "Process %d of %d waits up to %d s for the others.",
        place.index, place.count, _JOIN_SECONDS,
    )  # fmt: skip
    # It would take SIGTERM from us.
    jax.config.update("jax_enable_preemption_service", False)
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    try:
        jax.distributed.initialize(
            place.coordinator,
            place.count,
            place.index,
            cluster_detection_method=place.method,
            initialization_timeout=_JOIN_SECONDS,
            # `Watch` is faster, and says what to do.
            heartbeat_timeout_seconds=int(2 * timeout) + 60,
        )
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(
            f"Process {place.index} of {place.count} cannot join the others at "
            f"coordinator={place.coordinator}: {reason}"
        ) from error


def _check_devices(place: cluster.Place):
    import jax

    if jax.process_count() != place.count:
        raise ValueError(
            "`num_processes` must be the same in all processes. Received: "
            f"num_processes={place.count} in process {place.index}, and "
            f"{jax.process_count()} in process 0"
        )
    if jax.device_count() != place.count * jax.local_device_count():
        raise ValueError(
            "Each process must have as many devices as the others. Received: "
            f"{jax.local_device_count()} of {jax.device_count()} devices in "
            f"process {place.index} of {place.count}"
        )


@contextlib.contextmanager
def _watched(
    watch: watch_lib.Watch,
    board: board_lib.Board,
    place: cluster.Place,
    timeout: float,
) -> Iterator[None]:
    import jax

    _take_signals(watch, place.index)
    watch.start()
    try:
        _check_devices(place)
        yield
        watch.wait_for_all()
    except BaseException as error:
        if _is_of_others(error):
            # That a process is gone may show here first. What the thread finds
            # ends this process.
            watch.join(timeout + watch_lib.LAST_WORDS_SECONDS)
        watch.silence()
        _give_up(board, place.index, _reason(place.index, error))
        raise
    watch.stop()
    jax.distributed.shutdown()  # Waits for all.


def _is_of_others(error: BaseException) -> bool:
    """Returns whether an error may be due to another process."""
    import jax

    # From some places JAX raises a ValueError.
    named = any(name in str(error) for name in _EXCHANGES)
    return named or isinstance(error, jax.errors.JaxRuntimeError)


def _take_signals(watch: watch_lib.Watch, index: int):
    main = threading.current_thread() is threading.main_thread()
    if index and main:  # Process 0 saves first; then the others end.
        for number in signal.SIGINT, signal.SIGTERM:
            # A shell has what runs in its background ignore Ctrl-C.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, watch.on_signal)


def _reason(index: int, error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        terminated = isinstance(error, interruption.Terminated)
        number = signal.SIGTERM if terminated else signal.SIGINT
        return watch_lib.interrupted(number)
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return watch_lib.failed(index, text)


def _give_up(board: board_lib.Board, index: int, reason: str):
    """Tells the others why this process ends, and does not wait for them."""
    with contextlib.suppress(Exception):  # Process 0 may be gone.
        board.put(watch_lib.ENDED, index, reason)
    if index == 0:
        time.sleep(watch_lib.LAST_WORDS_SECONDS)
    # The last to be registered is the first to run: before that of JAX, which
    # waits for processes that are gone.
    atexit.register(_leave)


def _leave():
    last_words.take_back()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _agree(board: board_lib.Board, index: int, what: str, value: str):
    topic = what.replace(" ", "_")
    if index == 0:
        board.put(topic, index, value)
        return
    wanted = board.wait_for(topic, 0)
    if wanted == value:
        return
    ours, theirs = (set(x.splitlines()) for x in (value, wanted))
    raise ValueError(
        f"All processes of a run must have the same {what}. Received in "
        f"process 0: {_shown(theirs - ours)}; in process {index}: "
        f"{_shown(ours - theirs)}"
    )


def _shown(lines: set[str]) -> str:
    return " ".join(sorted(lines))[:200] or "nothing"

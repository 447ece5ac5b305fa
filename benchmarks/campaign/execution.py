"""Executes the runs one by one or a few at a time, within a budget of time.

How long a run will take is known after its second epoch. What would take longer
than is left of all calls is begun anew with fewer epochs, or skipped; what this
call does not finish goes on in the next.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import os
import pathlib
import shutil
import sys
import time

from absl import logging

from benchmarks.campaign import plan
from benchmarks.campaign import state as state_lib
from kp2part.system import processes
from kp2part.training import workdir as workdir_lib

_LOOK_SECONDS = 0.5
_START_SECONDS = 60  # Of a run that is compiled, until it trains.
_LONG_CYCLE = 10  # With fewer validations, they hardly count.
_END_SECONDS = 10  # To end children, and to score.


class Budget:
    """How long runs may take.

    Args:
        deadline: When this call must have ended, as `time.monotonic` counts.
        last: When all calls together would end, if they followed at once.
    """

    def __init__(self, deadline: float, last: float):
        self._deadline = deadline
        self._last = last

    def end(self):
        """Ends this call now."""
        self._deadline = 0.0

    def left(self) -> float:
        """Returns the seconds left to this call."""
        return self._deadline - _END_SECONDS - time.monotonic()

    def left_in_all(self) -> float:
        """Returns the seconds left to all calls."""
        return self._last - _END_SECONDS - time.monotonic()


def execute(
    runs: Sequence[plan.Run],
    records: Mapping[str, str],
    weights: Mapping[str, str],
    state: state_lib.State,
    budget: Budget,
    num_workers: int,
):
    """Executes the runs that are not finished, in order.

    Args:
        runs: The runs.
        records: Category -> directory of its records.
        weights: Encoder -> file of its weights.
        state: What is known of the runs, kept up to date.
        budget: How long it may take.
        num_workers: Number of runs at the same time.
    """
    with futures.ThreadPoolExecutor(num_workers) as pool:
        jobs = [
            pool.submit(
                _execute, run, records, weights, state, budget, num_workers
            )
            for run in runs
        ]
        try:
            for job in jobs:
                job.result()
        finally:  # After an error, or Ctrl-C, nobody waits for trainings.
            budget.end()


def _execute(run, records, weights, state, budget, num_workers):
    if state.is_over(run.name):
        return
    lacking = plan.missing(run, records, weights)
    if lacking:  # Perhaps not in the next call.
        state.note(run.name, status="waits", why=lacking)
        return
    if budget.left() < _START_SECONDS:
        state.note(run.name, status="waits", why="no time left in this call")
        return
    epochs = state.epochs(run.name) or run.epochs
    while epochs is not None:
        state.note(run.name, status="runs", epochs=epochs)
        flags = run.command(records[run.category], weights[run.encoder], epochs)
        epochs = _attempt(run, flags, epochs, state, budget, num_workers)


def _attempt(run, flags, epochs, state, budget, num_workers) -> int | None:
    """Runs a training; returns with how many epochs to begin it anew."""
    workdir = workdir_lib.Workdir(state.directory(run.name))
    workdir.path.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "kp2part.trial"),
        *flags,
        f"--workdir={workdir.path}",
    ]
    children = processes.Children()
    with (
        (workdir.path / "trial.log").open("a", encoding="utf-8") as log,
        futures.ThreadPoolExecutor(1) as pool,
    ):
        child = pool.submit(
            children.run, command, _environment(state, num_workers), log
        )
        fewer = _watch(child, run, workdir, epochs, state, budget)
        children.end()
    if fewer:
        shutil.rmtree(workdir.path)
        return fewer
    if child.done() and child.result() == 0:
        state.note(run.name, status="done", why="")
    elif state.status(run.name) == "runs":
        last = (workdir.path / "trial.log").read_text().splitlines()[-1:]
        state.note(run.name, status="failed", why=" ".join(last))
    return None


def _watch(child, run, workdir, epochs, state, budget) -> int | None:
    """Waits for a training to end, or for the reason to end it."""
    is_measured = False
    while not child.done():
        time.sleep(_LOOK_SECONDS)
        if budget.left() < 0:
            state.note(run.name, status="waits", why="goes on in the next call")
            return None
        rows = workdir.rows()
        # The first epoch compiles; with validation, the others differ.
        cycle = run.validate_every if run.validate_every < _LONG_CYCLE else 1
        if is_measured or len(rows) < 1 + cycle:
            continue
        is_measured = True
        seconds = sum(row["seconds"] for row in rows[1:]) / (len(rows) - 1)
        state.note(run.name, seconds_per_epoch=seconds)
        left = budget.left_in_all()
        if seconds * (epochs - len(rows)) <= left:
            continue
        fewer = int((left - _START_SECONDS) / seconds)
        if fewer >= run.least:
            logging.info("%s: %d epochs instead of %d", run.name, fewer, epochs)
            return fewer
        state.note(
            run.name,
            status="skipped",
            why=f"{seconds * epochs / 60:.1f} minutes for {epochs} epochs; "
            f"{left / 60:.1f} minutes are left",
        )
        return None
    return None


def _environment(state: state_lib.State, num_workers: int) -> dict[str, str]:
    return {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{0.9 / num_workers:.2f}",
        # Folds and seeds share their programs.
        "JAX_COMPILATION_CACHE_DIR": str(state.output / "compiled"),
        "PYTHONPATH": os.pathsep.join(
            [str(pathlib.Path(__file__).parents[2])]
            + [x for x in [os.environ.get("PYTHONPATH")] if x]
        ),
    }

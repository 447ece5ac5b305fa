"""Runs each benchmark in a process of its own, on some cores."""

from collections.abc import Sequence
from concurrent import futures
import importlib
import multiprocessing
import os

from absl import logging

from benchmarks.speed import results
from benchmarks.speed import workplace as workplace_lib
from kp2part.system import processes

# Modules of this folder, in the order of the table, with the rounds of each
# that make its spread small enough to tell a tenth.
ROUNDS = {
    "network": 9,
    "training_step": 5,
    "input_pipeline": 5,
    "photos": 5,
    "build": 5,
    "starts": 4,
}


def check(names: Sequence[str]):
    """Checks names of benchmarks.

    Raises:
        ValueError: One is unknown; the message has it.
    """
    for name in names:
        if name not in ROUNDS:
            raise ValueError(
                f"`only` must be names of benchmarks, {', '.join(ROUNDS)}. "
                f"Received: {name!r}"
            )


def run(
    name: str,
    workplace: workplace_lib.Workplace,
    cores: int,
    rounds: int | None = None,
) -> list[results.Measured]:
    """Returns what a benchmark measures.

    In a process of its own: runtimes choose their threads once, and what one
    benchmark has imported would weigh on the next.

    Args:
        name: A key of `ROUNDS`.
        workplace: What it works on.
        cores: Number of cores it may use; 0 for all.
        rounds: How often; by default as in `ROUNDS`.
    """
    context = multiprocessing.get_context("spawn")  # TensorFlow cannot fork.
    with futures.ProcessPoolExecutor(1, context, _start, (cores,)) as pool:
        measured = pool.submit(
            _measure, name, workplace, cores, rounds or ROUNDS[name]
        )
        try:
            return measured.result()
        except KeyboardInterrupt:  # Or the pool would wait for its end.
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def cores_of(cases: Sequence[results.Case]) -> list[int]:
    """Returns the numbers of cores that some of the cases want."""
    return sorted({x for case in cases for x in case.cores}, key=lambda x: -x)


def cases_of(
    name: str, workplace: workplace_lib.Workplace
) -> list[results.Case]:
    """Returns the cases of a benchmark."""
    return _module(name).cases(workplace.sizes)


def _start(cores: int):
    processes.end_with_pool()
    logging.set_verbosity(logging.WARNING)
    if cores:
        # Threads of any runtime then share them, however many it starts.
        chosen = sorted(os.sched_getaffinity(0))[-cores:]
        os.sched_setaffinity(0, chosen)


def _measure(name, workplace, cores, rounds) -> list[results.Measured]:
    return list(_module(name).measure(workplace, cores, rounds))


def _module(name: str):
    return importlib.import_module(f"benchmarks.speed.{name}")

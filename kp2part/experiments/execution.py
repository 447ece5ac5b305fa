"""Executes runs of an experiment: each is a process of its own."""

from collections.abc import Sequence
from concurrent import futures
import os
import pathlib
import subprocess
import sys

import tqdm

from kp2part.experiments import protocols


def execute(
    runs: Sequence[protocols.Run],
    common: pathlib.Path,
    output: pathlib.Path,
    processes: int,
) -> list[protocols.Run]:
    """Executes what is not finished; returns the runs that failed.

    Args:
        runs: What to execute; each writes trial.log into its directory.
        common: Flagfile of what all runs share.
        output: Where the runs' directories are.
        processes: Runs at a time; each gets its share of the cores.
    """
    failed = []
    with futures.ThreadPoolExecutor(processes) as pool:
        jobs = {}
        for run in runs:
            workdir = output / run.name
            job = pool.submit(_execute, run, common, workdir, processes)
            jobs[job] = run
        for job in tqdm.tqdm(
            futures.as_completed(jobs), total=len(jobs), unit="run"
        ):
            if job.result():
                failed.append(jobs[job])
    return failed


def environment(processes: int) -> dict[str, str]:
    """Returns that of a run: its share of the cores, where not set already."""
    # What this process may use can be less than what the machine has.
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    threads = str(max(1, cores // processes))
    return {
        "TF_NUM_INTRAOP_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        **os.environ,
    }


def _execute(
    run: protocols.Run,
    common: pathlib.Path,
    workdir: pathlib.Path,
    processes: int,
) -> int:
    if (workdir / "metrics.json").is_file():
        return 0
    workdir.mkdir(parents=True, exist_ok=True)
    with (workdir / "trial.log").open("a", encoding="utf-8") as log:
        return subprocess.run(
            [
                *(sys.executable, "-m", "kp2part.trial"),
                f"--flagfile={common}",
                *run.flags,
                f"--workdir={workdir}",
            ],
            env=environment(processes),
            stdout=log,
            stderr=log,
            check=False,
        ).returncode

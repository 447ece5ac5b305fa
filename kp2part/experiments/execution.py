"""Executes the runs of an experiment, each in its own process."""

from collections.abc import Sequence
from concurrent import futures
import os
import pathlib
import subprocess
import sys

import tqdm

from kp2part.experiments import protocols
from kp2part.system import atomic


def execute(
    runs: Sequence[protocols.Run],
    common: str,
    output: pathlib.Path,
    num_workers: int,
) -> list[protocols.Run]:
    """Executes the unfinished runs; returns those that failed.

    Args:
        runs: The runs; each writes trial.log into its directory.
        common: Text of the flagfile that all runs share.
        output: Parent of the directories of the runs.
        num_workers: Number of runs in parallel, with an equal share of the
            cores each.
    """
    failed = []
    flagfile = output / "common.flags"
    atomic.write_text(flagfile, common)
    with futures.ThreadPoolExecutor(num_workers) as pool:
        jobs = {}
        for run in runs:
            workdir = output / run.name
            job = pool.submit(_execute, run, flagfile, workdir, num_workers)
            jobs[job] = run
        for job in tqdm.tqdm(
            futures.as_completed(jobs), total=len(jobs), unit="run"
        ):
            if job.result():
                failed.append(jobs[job])
    return failed


def environment(num_workers: int) -> dict[str, str]:
    """Returns the environment of a run.

    It limits the run to its share of the cores, unless that is set already.
    """
    # This process may be restricted to some cores of the machine.
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    threads = str(max(1, cores // num_workers))
    return {
        "TF_NUM_INTRAOP_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        **os.environ,
    }


def _execute(
    run: protocols.Run,
    flagfile: pathlib.Path,
    workdir: pathlib.Path,
    num_workers: int,
) -> int:
    if (workdir / "metrics.json").is_file():
        return 0
    workdir.mkdir(parents=True, exist_ok=True)
    with (workdir / "trial.log").open("a", encoding="utf-8") as log:
        return subprocess.run(
            [
                *(sys.executable, "-m", "kp2part.trial"),
                f"--flagfile={flagfile}",
                *run.flags,
                f"--workdir={workdir}",
            ],
            env=environment(num_workers),
            stdout=log,
            stderr=log,
            check=False,
        ).returncode

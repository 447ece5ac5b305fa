"""Executes the runs of an experiment, each in its own process."""

from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import os
import pathlib
import sys

import tqdm

from kp2part.experiments import protocols
from kp2part.system import atomic
from kp2part.system import locks
from kp2part.system import processes
from kp2part.system import settings_flags
from kp2part.training import config as config_lib
from kp2part.training import flagfile


def execute(
    runs: Sequence[protocols.Run],
    config: config_lib.TrainConfig,
    output: pathlib.Path,
    num_workers: int,
) -> list[protocols.Run]:
    """Executes the unfinished runs; returns those that failed.

    Args:
        runs: The runs; each writes trial.log into its directory.
        config: The settings that all runs share.
        output: Parent of the directories of the runs.
        num_workers: Number of runs in parallel, with an equal share of the
            cores each.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM: no run is left alive.
        ValueError: Another process executes runs there, or those that are
            there share other settings.
    """
    children = processes.Children()
    with locks.directory(output):
        common = output / "common.flags"
        flagfile.check_same(common, config, "output")
        atomic.write_text(common, settings_flags.to_flagfile(config))
        pool = futures.ThreadPoolExecutor(num_workers)
        try:
            jobs = {
                pool.submit(
                    _execute,
                    _command(run, common, output / run.name),
                    output / run.name,
                    environment(num_workers),
                    children,
                ): run
                for run in runs
            }
            done = tqdm.tqdm(
                futures.as_completed(jobs), total=len(jobs), unit="run"
            )
            return [jobs[job] for job in done if job.result()]
        finally:
            # After an error, or Ctrl-C: nothing is begun any more.
            pool.shutdown(wait=False, cancel_futures=True)
            children.end()
            pool.shutdown()


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


def _command(
    run: protocols.Run, common: pathlib.Path, workdir: pathlib.Path
) -> list[str]:
    return [
        *(sys.executable, "-m", "kp2part.trial"),
        f"--flagfile={common}",
        *run.flags,
        f"--workdir={workdir}",
    ]


def _execute(
    command: Sequence[str],
    workdir: pathlib.Path,
    environment: Mapping[str, str],
    children: processes.Children,
) -> int:
    if (workdir / "metrics.json").is_file():
        return 0
    workdir.mkdir(parents=True, exist_ok=True)
    with (workdir / "trial.log").open("a", encoding="utf-8") as log:
        return children.run(command, environment, log)

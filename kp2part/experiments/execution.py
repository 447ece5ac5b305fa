"""Executes runs of an experiment: each is a process of its own."""

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
    """Executes what is not finished; returns the runs that failed.

    Args:
        runs: What to execute; each writes trial.log into its directory.
        config: The settings that all runs share.
        output: Where the runs' directories are.
        num_workers: Runs at a time; each gets its part of the cores.

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
    """Returns that of a run: its part of the cores, where not set already."""
    # What this process may use can be less than what the machine has.
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

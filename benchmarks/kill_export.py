r"""Kills the exporter at random moments and looks at what it has left.

    python -m benchmarks.kill_export --num_kills=20

A process exports a tiny network again and again until kill -9 ends it, within
--seconds after it wrote the first file of a version. After each kill every
numbered directory must have all files; at the end each is loaded and answers.
Logs how many files the killed exports had written; 0 where the version was
published before the kill.
"""

import collections
import multiprocessing
import os
import pathlib
import random
import signal
import tempfile
import time

from absl import flags
from absl import logging
import numpy as np

from kp2part.client import in_process
from kp2part.exporting import saved_model
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import category
from kp2part.schema import task as task_lib
from kp2part.system import cli

_NUM_KILLS = flags.DEFINE_integer("num_kills", 20, "How often.", 1)
_SECONDS = flags.DEFINE_float(
    "seconds", 0.1, "What an export writes files for, or a little more.", 0.0
)
_SEED = flags.DEFINE_integer("seed", 0, "Of the moments.")


def export_for_ever(base: str):
    """Exports until it is killed."""
    task = task_lib.Task(category.load("cat"), 32)
    small = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
    model = networks.build("pose_to_part", task, small)
    while True:
        saved_model.export(model, base)


def check_whole(base: pathlib.Path, expected: set[str]):
    """Raises a ValueError if a numbered directory is not whole."""
    for path in numbered(base):
        found = {str(p.relative_to(path)) for p in path.rglob("*")}
        if found != expected:
            raise ValueError(f"{path}: lacks {expected - found}")


def numbered(base: pathlib.Path) -> list[pathlib.Path]:
    """Returns the directories that a server would load."""
    return [path for path in base.iterdir() if path.name.isdecimal()]


def kill_when(base: str, pattern: str, seconds: float) -> int:
    """Kills an exporter; returns how many files its last export had written.

    Args:
        base: Directory of the versions.
        pattern: Of a new file that starts the time.
        seconds: The time until the kill.
    """
    known = set(pathlib.Path(base).glob(pattern))
    # A fork of a process that has run nothing: imports are not paid again.
    child = multiprocessing.get_context("fork").Process(
        target=export_for_ever, args=(base,)
    )
    child.start()
    while not set(pathlib.Path(base).glob(pattern)) - known:
        time.sleep(0.001)
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    return len(list(pathlib.Path(base).glob(".partial-*/version/**/*")))


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    rng = random.Random(_SEED.value)
    with tempfile.TemporaryDirectory() as directory:
        base = pathlib.Path(directory)
        kill_when(directory, "1", 0)
        whole = base / "1"
        expected = {str(p.relative_to(whole)) for p in whole.rglob("*")}
        stages = collections.Counter()
        for i in range(_NUM_KILLS.value):
            moment = rng.uniform(0, _SECONDS.value)
            written = kill_when(directory, ".partial-*/version/*", moment)
            check_whole(base, expected)
            stages[written] += 1
            logging.info("Kill %d: %d files were written.", i + 1, written)
        for path in numbered(base):
            keys = {"key": np.array([b"task"], object)}
            in_process.Predictor(str(path)).run(
                "metadata", keys, ["json_bytes"]
            )
        logging.info(
            "%d kills, by files then written: %s. All %d versions are whole.",
            _NUM_KILLS.value, dict(sorted(stages.items())), len(numbered(base)),
        )  # fmt: skip


if __name__ == "__main__":
    cli.run(main)

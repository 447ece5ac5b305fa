r"""Kills the exporter at random moments and checks what is left.

    python -m benchmarks.kill_export --num_kills=20

A process exports a tiny network again and again until it is killed (kill -9),
within --seconds after it wrote the first file of a version. After each kill,
every numbered directory must be complete; at the end, each must load and serve
its metadata. Logs how many files the killed exports had written; 0 if the
version was published before the kill.
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

_NUM_KILLS = flags.DEFINE_integer("num_kills", 20, "Number of kills.", 1)
_SECONDS = flags.DEFINE_float(
    "seconds",
    0.1,
    "Latest time of a kill: at least as long as an export writes files.",
    0.0,
)
_SEED = flags.DEFINE_integer("seed", 0, "Seed of the times of the kills.")


def export_for_ever(base: str):
    """Exports until it is killed."""
    task = task_lib.Task(category.load("cat"), 32)
    small = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
    model = networks.build("pose_to_part", task, small)
    while True:
        saved_model.export(model, base)


def check_whole(base: pathlib.Path, expected: set[str]):
    """Raises a ValueError if a numbered directory is incomplete."""
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
        pattern: Glob pattern of the new file that starts the clock.
        seconds: The time until the kill.
    """
    known = set(pathlib.Path(base).glob(pattern))
    # Fork to avoid repeated imports; this process has run no TensorFlow yet.
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
            "%d kills, by files written: %s. All %d versions are complete.",
            _NUM_KILLS.value, dict(sorted(stages.items())), len(numbered(base)),
        )  # fmt: skip


if __name__ == "__main__":
    cli.run(main)

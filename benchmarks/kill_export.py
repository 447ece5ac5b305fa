r"""Kills the exporter at random moments and looks at what it has left.

    python -m benchmarks.kill_export --num_kills=20

A process exports a tiny network again and again until kill -9 ends it. After
each kill every numbered directory must have all files, of full size; at the
end each of them is loaded and answers. Prints how far the killed exports were.
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

from kp2part import category
from kp2part import cli
from kp2part import models
from kp2part import predictor
from kp2part import schema
from kp2part.exporting import saved_model
from kp2part.models import architecture

_NUM_KILLS = flags.DEFINE_integer("num_kills", 20, "How often.", 1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the moments.")


def export_for_ever(base: str, begun):
    """Exports, and tells when each export begins."""
    task = schema.Task(category.load("cat"), 32)
    small = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
    model = models.build("pose_to_part", task, small)
    while True:
        begun.put(time.monotonic())
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


def kill_one(base: str, rng: random.Random, seconds: float) -> int:
    """Kills an exporter; returns how many files its last export had written."""
    # A fork of a process that has run nothing: imports are not paid again.
    context = multiprocessing.get_context("fork")
    begun = context.Queue()
    child = context.Process(target=export_for_ever, args=(base, begun))
    child.start()
    begun.get(timeout=600)
    time.sleep(rng.uniform(0, seconds))
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    newest = max(pathlib.Path(base).glob(".partial-*"), default=None)
    return len(list(newest.rglob("*"))) if newest else 0


def first_export(base: str) -> float:
    """Lets an exporter finish one version; returns the seconds it took."""
    context = multiprocessing.get_context("fork")
    begun = context.Queue()
    child = context.Process(target=export_for_ever, args=(base, begun))
    child.start()
    took = -begun.get(timeout=600) + begun.get(timeout=600)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    return took


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    rng = random.Random(_SEED.value)
    with tempfile.TemporaryDirectory() as directory:
        base = pathlib.Path(directory)
        took = first_export(directory)
        whole = base / "1"
        expected = {str(p.relative_to(whole)) for p in whole.rglob("*")}
        stages = collections.Counter()
        for i in range(_NUM_KILLS.value):
            written = kill_one(directory, rng, 1.2 * took)
            check_whole(base, expected)
            stages[written] += 1
            logging.info("Kill %d: %d files were written.", i + 1, written)
        for path in numbered(base):
            keys = {"key": np.array([b"task"], object)}
            predictor.Predictor(str(path)).run("metadata", keys, ["json_bytes"])
        logging.info(
            "%d kills, by files then written: %s. All %d versions are whole.",
            _NUM_KILLS.value, dict(sorted(stages.items())), len(numbered(base)),
        )  # fmt: skip


if __name__ == "__main__":
    cli.run(main)

"""What comes back from a campaign: one JSON file, and networks in pieces."""

import io
import pathlib
import tarfile

from absl import logging
import keras

from benchmarks.campaign import state as state_lib
from kp2part.system import atomic
from kp2part.system import json_file
from kp2part.training import workdir as workdir_lib

_MIB = 2**20


def write(state: state_lib.State, directory: pathlib.Path, **facts):
    """Writes results.json: settings, scores and history of each run.

    Args:
        state: What is known of the runs.
        directory: Where to.
        **facts: Of the machine.
    """
    runs = {name: _of_run(state, name) for name in state.runs}
    used = round(state.used_seconds / 60, 2)
    fields = {**facts, "used_minutes": used, "runs": runs}
    json_file.write(directory / "results.json", fields)


def pack(
    state: state_lib.State, directory: pathlib.Path, piece_mib: int, count: int
):
    """Writes the best networks that have not been packed before, in pieces.

    Joined, the pieces models.tar.00, models.tar.01, ... are a tar file.

    Args:
        state: What is known of the runs; the first are the most valuable.
        directory: Where to.
        piece_mib: Largest size of a piece, in MiB.
        count: Largest number of pieces.
    """
    limit = (piece_mib * count - 1) * _MIB
    contents = io.BytesIO()
    with tarfile.open(fileobj=contents, mode="w") as tar:
        for name, known in state.runs.items():
            if known.get("packed") or known["status"] != "done":
                continue
            path = _without_optimizer(state, name)
            if contents.tell() + path.stat().st_size > limit:
                logging.info("%s is too large for what is left.", path)
                continue
            tar.add(path, f"{name}.keras")
            state.note(name, packed=True)
    joined, size = contents.getvalue(), piece_mib * _MIB
    for i in range(0, len(joined), size):
        piece = directory / f"models.tar.{i // size:02d}"
        atomic.write_bytes(piece, joined[i : i + size])


def _without_optimizer(state: state_lib.State, name: str) -> pathlib.Path:
    """Returns the file of a network as small as it can be."""
    path = state.output / "packed" / f"{name}.keras"
    best = workdir_lib.Workdir(state.directory(name)).best
    atomic.write(path, keras.saving.load_model(best, compile=False).save)
    return path


def _of_run(state: state_lib.State, name: str) -> dict:
    directory = state.directory(name)
    found = dict(state.runs[name])
    for part in "training", "metrics", "versions":
        if (directory / f"{part}.json").is_file():
            found[part] = json_file.read(directory / f"{part}.json")
    if (directory / "train.flags").is_file():
        found["flags"] = (directory / "train.flags").read_text().split("\n")
    return {**found, "history": workdir_lib.Workdir(directory).rows()}

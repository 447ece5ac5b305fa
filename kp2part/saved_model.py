"""Writes a network as a SavedModel, which TensorFlow Serving loads.

`serving_graph` describes what is in it.
"""

import json
import os
import pathlib
import shutil
import uuid

import keras

from kp2part import atomic
from kp2part import layers
from kp2part import serving_graph
from kp2part import workdir

# Where TensorFlow Serving lets files of others be.
METADATA = pathlib.Path("assets.extra", "kp2part.json")


def export(
    model: keras.Model, directory: str, version: int | None = None
) -> pathlib.Path:
    """Exports a network; the version appears whole or not at all.

    Args:
        model: A network of `models`, on the TensorFlow backend.
        directory: Directory of the versions.
        version: By default the next free one.

    Returns:
        The directory of the version.

    Raises:
        ValueError: The version exists, or Keras runs on another backend.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "Export needs the TensorFlow backend, on which .keras files of "
            "any backend load. Received: "
            f"KERAS_BACKEND={keras.backend.backend()}"
        )
    base = pathlib.Path(directory)
    target = base / str(version or _next_version(base))
    if target.exists():
        raise ValueError(f"{target}: exists. Versions are never overwritten.")
    base.mkdir(parents=True, exist_ok=True)
    # Not a number: TensorFlow Serving does not look at it.
    partial = base / f".partial-{uuid.uuid4().hex}"
    try:
        _write(model, partial)
        _sync(partial)
        os.rename(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def metadata(model: keras.Model) -> dict:
    """Returns what a client has to know: names, sizes, versions."""
    return {
        "network": model.name,
        "task": layers.task_of(model).to_json(),
        "num_parameters": model.count_params(),
        "versions": workdir.versions(),
    }


def _write(model: keras.Model, path: pathlib.Path):
    server = serving_graph.PartServer(model)
    # Not `archive.track(model)`: it finds the weights in the functions, and
    # would write those of a tracked model a second time.
    archive = keras.export.ExportArchive()
    for name, (function, specs) in server.signatures().items():
        archive.add_endpoint(name, function, input_signature=list(specs))
    archive.write_out(str(path), verbose=False)
    text = json.dumps(metadata(model), indent=2)
    atomic.write_text(path / METADATA, text + "\n")


def _next_version(base: pathlib.Path) -> int:
    taken = [int(p.name) for p in base.glob("*") if p.name.isdigit()]
    return max(taken, default=0) + 1


def _sync(directory: pathlib.Path):
    for path in directory.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())

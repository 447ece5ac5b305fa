"""Programs, from their start to their end, as a user waits for them."""

from collections.abc import Iterator
import json
import subprocess
import sys

import numpy as np

from benchmarks.speed import clock
from benchmarks.speed import installed
from benchmarks.speed import results
from benchmarks.speed import sizes as sizes_lib
from benchmarks.speed import workplace

OURS = "kp2part: SavedModel, TensorFlow"
LITERT = "kp2part: .tflite, LiteRT"
PEER = "script of OpenCV, ONNX Runtime"
_ALL_CORES = (0,)
_HELP = results.Case("kp2part.predict --help", ("kp2part",), cores=_ALL_CORES)
_PREDICT = results.Case(
    "kp2part.predict, one photo", (OURS, LITERT, PEER), cores=_ALL_CORES
)
_SERVE = results.Case(
    "kp2part.serve: start, an answer, end", ("kp2part",), cores=_ALL_CORES
)


def cases(sizes: sizes_lib.Sizes) -> list[results.Case]:
    """Returns the rows of the table."""
    return [_HELP, _PREDICT, _SERVE] if sizes.starts else [_HELP]


def measure(
    place: workplace.Workplace, cores: int, rounds: int
) -> Iterator[results.Measured]:
    """Yields the times of each program."""
    runs = {
        _HELP: {"kp2part": lambda: _run("kp2part.predict", "--help")},
    }
    if place.sizes.starts:
        runs[_PREDICT] = _predictions(place)
        runs[_SERVE] = {"kp2part": _serve}
    for case, programs in runs.items():
        times = clock.interleave(programs, rounds)
        yield results.Measured(case, cores, times)


def _predictions(place: workplace.Workplace) -> dict:
    (animal,) = place.animals(1)
    pose = place.directory / "pose.json"
    pose.write_text(json.dumps(np.array(animal.keypoints).tolist()))

    def predict(model):
        _run(
            "kp2part.predict",
            f"--saved_model={model}",
            f"--image={animal.photo}",
            f"--keypoints={pose}",
            f"--output={place.directory / 'prediction'}",
        )

    found = {OURS: lambda: predict(workplace.MODEL)}
    if installed.has(LITERT, ["ai_edge_litert", "simplejpeg"]):
        file = place.model_file("litert")
        found[LITERT] = lambda: predict(file)
    if installed.has(PEER, ["onnxruntime", "tf2onnx"]):
        script = (
            "benchmarks.peers.plain_photo",
            *map(str, (place.model_file("onnx"), animal.photo, pose)),
            str(place.directory / "mask.png"),
        )
        found[PEER] = lambda: _run(*script)
    return found


def _serve():
    from benchmarks import served

    with served.serve():
        pass


def _run(module: str, *arguments: str):
    """Runs a program; what it says is shown if it fails."""
    try:
        subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=workplace.ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        raise OSError(f"{module}: {error.stderr}") from error

"""A LiteRT file and the metadata in it, without TensorFlow.

A file ends with a ZIP archive of its metadata, as TensorFlow Lite has it:
`unzip model.tflite` shows it, and interpreters do not mind.
"""

import io
import json
import os
import pathlib
import threading
from typing import Any
import zipfile

import numpy as np

SUFFIX = ".tflite"
METADATA = "kp2part.json"  # In the archive.
SIGNATURE = "serving_default"


class Session:
    """Runs a file. Safe to share between threads.

    Args:
        path: The file, as `kp2part.export --format=litert` writes it.
        num_threads: 0 for one on each core.

    Attributes:
        path: The file.
        metadata: What is in it.
        outputs: Names of what it computes.

    Raises:
        ValueError: There is no such file, or it is another one.
        ModuleNotFoundError: LiteRT is not installed.
    """

    def __init__(self, path: pathlib.Path, num_threads: int = 0):
        self.path = path
        # First: the interpreter would not say what is wrong with the file.
        self.metadata = _read_metadata(path)
        from ai_edge_litert import interpreter

        try:
            self._run = interpreter.Interpreter(
                str(path), num_threads=num_threads or os.cpu_count()
            ).get_signature_runner(SIGNATURE)
        except (ValueError, RuntimeError) as error:
            raise ValueError(
                f"{path}: not a whole LiteRT file: {error}"
            ) from error
        self.outputs = sorted(self._run.get_output_details())
        self._lock = threading.Lock()  # An interpreter is not safe.

    def __call__(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Returns the outputs by name; see `exporting.crop_graph.CropGraph`."""
        with self._lock:
            return self._run(**inputs)


def archive(metadata: dict[str, Any]) -> bytes:
    """Returns what is to be put behind a LiteRT model."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        # `ZipInfo`: without the time, so that equal models are equal files.
        writer.writestr(zipfile.ZipInfo(METADATA), json.dumps(metadata))
    return file.getvalue()


def _read_metadata(path: pathlib.Path) -> dict[str, Any]:
    if not path.is_file():
        raise ValueError(f"{path}: no such file.")
    try:
        with zipfile.ZipFile(path) as file:
            return json.loads(file.read(METADATA))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError(
            f"{path}: must be a LiteRT file of kp2part.export, which has "
            f"{METADATA} in it: {error}"
        ) from error

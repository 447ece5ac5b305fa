"""Which way to a model labels photos fastest."""

from collections.abc import Iterable
from collections.abc import Iterator
import hashlib
import json
from typing import Any
from typing import Protocol

import numpy as np

from kp2part.client import litert
from kp2part.client import part_client
from kp2part.labeling import array_scissors
from kp2part.labeling import crop_labeler
from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import photo_labeler
from kp2part.schema import keys

_TOLD = ("network", "num_parameters", "weights", keys.QUALITY)
_INDEX = ("saved_model.pb", "variables/variables.index")  # Has checksums.


class Labeler(Protocol):
    """Labels photos."""

    def label(self, jobs: Iterable[jobs_lib.Job]) -> Iterator[jobs_lib.Outcome]:
        """Yields what becomes of each photo, in order."""


def of(predict: part_client.PartClient) -> Labeler:
    """Returns the labeler for a model, in this process or served."""
    signatures = getattr(predict.backend, "signatures", {})
    if "crops" not in signatures:
        return photo_labeler.PhotoLabeler(predict)
    task, crops = predict.task, signatures["crops"]
    scissors: crop_labeler.Scissors
    if isinstance(predict.backend, litert.Predictor):
        outputs = crops
        scissors = array_scissors.ArrayScissors(task)
    else:
        from kp2part.labeling import graph_scissors  # With TensorFlow.

        outputs = sorted(crops.structured_outputs)
        scissors = graph_scissors.GraphScissors(task)
    return crop_labeler.CropLabeler(predict.backend, outputs, scissors, task)


def describe(predict: part_client.PartClient) -> dict[str, Any]:
    """Returns what tells a model from others: names, and checksums if known."""
    found: dict[str, Any] = {"task": predict.task.to_json()}
    path = getattr(predict.backend, "path", None)
    if path is not None:
        digest = hashlib.sha256()
        files = [path] if path.is_file() else [path / x for x in _INDEX]
        for file in files:
            digest.update(file.read_bytes())
        return {**found, "model": digest.hexdigest()}
    told = {key: _told(predict.backend, key) for key in _TOLD}
    return {**found, "model": told}


def _told(backend: part_client.Backend, key: str) -> Any:
    inputs = {"key": np.array([key.encode()], object)}
    try:
        told = backend.run("metadata", inputs, ["json_bytes"])
    except ValueError:  # No such key: it has no quality, or is older.
        return None
    return json.loads(told["json_bytes"][0])

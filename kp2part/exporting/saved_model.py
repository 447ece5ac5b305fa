"""Writes a network as a SavedModel, which TensorFlow Serving loads.

`serving_graph` describes what is in it.
"""

from collections.abc import Callable
from collections.abc import Sequence
import hashlib
import pathlib

import keras

from kp2part.exporting import converter_log
from kp2part.exporting import publishing
from kp2part.exporting import sample_requests
from kp2part.exporting import serving_graph
from kp2part.exporting import warmup_file
from kp2part.models import exported_network
from kp2part.models import mask_quality
from kp2part.models import metadata as metadata_lib
from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.system import json_file
from kp2part.system import versions

# Where TensorFlow Serving lets files of others be.
METADATA = pathlib.Path("assets.extra", "kp2part.json")


def export(
    model: keras.Model,
    directory: str,
    version: int | None = None,
    check: Callable[[pathlib.Path, serving_graph.PartServer], None]
    | None = None,
    calibration: mask_quality.Calibration | None = None,
) -> pathlib.Path:
    """Exports a network; the version appears whole or not at all.

    Args:
        model: A network of `models`, on the TensorFlow backend.
        directory: Directory of the versions.
        version: By default the next free one.
        check: Called with the written directory before the version appears:
            if it raises, none does. See `export_check`.
        calibration: Of the quality of masks; None if that is unknown.

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
    described = metadata(model)
    if calibration is not None:
        described[keys.QUALITY] = calibration.to_json()
    server = serving_graph.PartServer(model, described, calibration)

    def write(path):
        _write(server, path)
        if check is not None:
            check(path, server)

    return publishing.publish(directory, write, version)


def metadata(model: keras.Model) -> dict:
    """Returns what a client has to know: names, sizes, versions.

    The checksum of the weights tells it from a network trained otherwise.
    """
    return {
        "network": model.name,
        "task": metadata_lib.task_of(model).to_json(),
        "num_parameters": model.count_params(),
        "weights": _sha256(model.weights),
        "versions": versions.versions(keras.backend.backend()),
    }


def _sha256(weights: Sequence[keras.Variable]) -> str:
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(keras.ops.convert_to_numpy(weight).tobytes())
    return digest.hexdigest()


def _write(server: serving_graph.PartServer, path: pathlib.Path):
    # Not `archive.track(model)`: it finds the weights in the functions, and
    # would write those of a tracked model a second time.
    archive = keras.export.ExportArchive()
    for name, (function, specs) in server.signatures().items():
        archive.add_endpoint(name, function, input_signature=list(specs))
    with converter_log.quiet():
        archive.write_out(str(path), verbose=False)
    json_file.write(path / METADATA, server.metadata)
    network = metadata_lib.network_of(server.model)
    atomic.write_text(
        path / exported_network.FILE, exported_network.to_json(network)
    )
    warmup_file.write(path, sample_requests.requests(server))

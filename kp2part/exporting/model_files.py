"""Writes networks as files for other runtimes, see `crop_graph`."""

from collections.abc import Sequence
import importlib
import os
import pathlib
import shutil
import tempfile

from absl import logging
import numpy as np

from kp2part.exporting import converter_log
from kp2part.exporting import crop_graph
from kp2part.exporting import file_check
from kp2part.exporting import litert_file
from kp2part.exporting import onnx_file
from kp2part.exporting import openvino_file
from kp2part.exporting import saved_model
from kp2part.exporting import serving_network
from kp2part.schema import keys
from kp2part.system import atomic

FORMATS = {
    "onnx": onnx_file,
    "openvino": openvino_file,
    "litert": litert_file,
}
_WEIGHTS = ".bin"  # Beside the .xml file of OpenVINO.


def check_request(path: str, file_format: str):
    """Checks what can be checked before a network is read.

    Args:
        path: Of the file to write.
        file_format: A key of `FORMATS`.

    Raises:
        ValueError: The suffix of `path` is another format's.
        ModuleNotFoundError: A package is not installed.
    """
    module = FORMATS[file_format]
    if pathlib.Path(path).suffix != module.SUFFIX:
        raise ValueError(
            f"{path}: `output` must be the name of a file that ends with "
            f"{module.SUFFIX} for format={file_format!r}."
        )
    for name in module.MODULES:
        importlib.import_module(name)


def export(
    network: serving_network.CropNetwork,
    path: str | os.PathLike,
    file_format: str,
    batch_size: int | None = None,
    int8_crops: Sequence[dict[str, np.ndarray]] = (),
    verify: bool = True,
):
    """Writes a network as a file; it appears whole or not at all.

    Args:
        network: The network.
        path: The file; OpenVINO's has its weights beside it, in a .bin file.
        file_format: A key of `FORMATS`.
        batch_size: Number of crops that it takes; by default any, for LiteRT 1.
        int8_crops: If given, inputs to choose the ranges of int8 from; LiteRT.
        verify: Whether to compare it first, run by its own runtime, with the
            network, see `file_check`.

    Raises:
        ValueError: The format cannot do this, or what it predicts differs.
    """
    if int8_crops and file_format != "litert":
        raise ValueError(
            "int8 needs format='litert': in the others it loses more and gains "
            f"less. Received: format={file_format!r}"
        )
    if file_format == "litert":
        # What it compiles for an accelerator has fixed shapes.
        batch_size = batch_size or 1
    graph = crop_graph.CropGraph(network, batch_size)
    target = pathlib.Path(path)
    with (
        atomic.naming_full_disk(target),
        tempfile.TemporaryDirectory() as directory,
    ):
        source = pathlib.Path(directory, target.name)
        quantize = {"crops": int8_crops} if int8_crops else {}
        fields = _metadata(graph, file_format, bool(int8_crops))
        with converter_log.quiet():
            FORMATS[file_format].write(graph, source, fields, **quantize)
        if verify:
            _verify(source, graph, int8_crops)
        _publish(source, target)


def load(
    path: str | os.PathLike, num_threads: int = 0
) -> tuple[crop_graph.Predict, dict]:
    """Returns what runs a file of any format, and its metadata.

    Args:
        path: A file that `export` has written.
        num_threads: 0 for as many as its runtime chooses.

    Raises:
        ValueError: There is no such file, or its suffix is no format's.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: no such file.")
    for module in FORMATS.values():
        if path.suffix == module.SUFFIX:
            return module.load(path, num_threads)
    raise ValueError(
        f"{path}: must end with one of "
        f"{[module.SUFFIX for module in FORMATS.values()]}."
    )


def _metadata(
    graph: crop_graph.CropGraph, file_format: str, int8: bool
) -> dict:
    network = graph.network
    category = network.task.category
    told = {}
    if network.calibration is not None:
        told[keys.QUALITY] = network.calibration.to_json()
    return {
        "format": file_format,
        "int8": int8,
        "batch_size": graph.batch_size,
        "category": category.name,
        "image_size": network.task.image_size,
        "keypoints": list(category.keypoints),
        "parts": list(category.parts),  # In the order of their ids.
        **saved_model.metadata(network.model),
        **told,
    }


def _verify(path: pathlib.Path, graph: crop_graph.CropGraph, int8_crops):
    predict, _ = load(path)
    if int8_crops:
        logging.info(
            "int8 gives %.1f %% of the pixels the part that the network gives",
            100 * file_check.agreement(predict, graph, int8_crops),
        )
    else:
        logging.info(
            "Predicts as the network does: largest difference %.1e, at most "
            "%.1e",
            file_check.difference(predict, graph),
            file_check.TOLERANCE,
        )


def _publish(source: pathlib.Path, target: pathlib.Path):
    def save(partial):
        shutil.copyfile(source, partial)
        if source.with_suffix(_WEIGHTS).exists():
            atomic.write(target.with_suffix(_WEIGHTS), save_weights)

    def save_weights(partial):
        shutil.copyfile(source.with_suffix(_WEIGHTS), partial)
        # Nobody ever finds an .xml file with the weights of another.
        target.unlink(missing_ok=True)

    atomic.write(target, save)

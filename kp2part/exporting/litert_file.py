"""Model files for LiteRT, which was TensorFlow Lite: telephones, small boards.

They are read without TensorFlow, see `client.litert_session`.
"""

from collections.abc import Sequence
import pathlib

import numpy as np
import tensorflow as tf

from kp2part.client import litert_session
from kp2part.exporting import crop_graph

SUFFIX = litert_session.SUFFIX
MODULES = ("ai_edge_litert", "ai_edge_quantizer")

# Nearly all the work. What is left in float32 draws heatmaps: squares of
# coordinates do not fit into 8 bits.
_INT8 = ("CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D_TRANSPOSE")


def write(
    graph: crop_graph.CropGraph,
    path: pathlib.Path,
    metadata: dict,
    crops: Sequence[dict[str, np.ndarray]] = (),
):
    """Writes a .tflite file.

    Args:
        graph: What it computes.
        path: The file.
        metadata: Stored in it as JSON.
        crops: If given, convolutions are in int8, with the ranges of numbers
            that these inputs of the graph lead to.
    """
    contents = _convert(graph)
    if crops:
        contents = _quantize(contents, crops)
    path.write_bytes(contents + litert_session.archive(metadata))


def load(
    path: pathlib.Path, num_threads: int = 0
) -> tuple[crop_graph.Predict, dict]:
    """Returns what runs a file, and its metadata.

    Args:
        path: The file.
        num_threads: 0 for one on each core.
    """
    session = litert_session.Session(path, num_threads)
    return session, session.metadata


def _convert(graph: crop_graph.CropGraph) -> bytes:
    function = graph.frozen().get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions(
        [function], tf.Module()
    ).convert()


def _quantize(contents: bytes, crops: Sequence[dict[str, np.ndarray]]) -> bytes:
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer import quantizer

    converter = quantizer.Quantizer(bytearray(contents))
    for name in _INT8:
        converter.add_static_config(
            regex=".*",
            operation_name=qtyping.TFLOperationName(name),
            activation_num_bits=8,
            weight_num_bits=8,
        )
    ranges = converter.calibrate({litert_session.SIGNATURE: crops})
    return bytes(converter.quantize(ranges).quantized_model)

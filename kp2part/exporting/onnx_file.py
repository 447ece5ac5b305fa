"""Model files for ONNX Runtime and all else that reads ONNX."""

import json
import pathlib

from kp2part.exporting import crop_graph

SUFFIX = ".onnx"
MODULES = ("onnx", "onnxruntime", "tf2onnx")
METADATA = "kp2part"  # Key of the model's properties.
# The highest that tf2onnx 1.17 writes without being asked for it: 2021's.
_OPSET = 15


def write(graph: crop_graph.CropGraph, path: pathlib.Path, metadata: dict):
    """Writes an ONNX file.

    Args:
        graph: What it computes.
        path: The file.
        metadata: Stored as JSON, a property of the model.
    """
    import onnx
    import tf2onnx

    model, _ = tf2onnx.convert.from_function(
        graph.frozen(), graph.specs, opset=_OPSET
    )
    onnx.helper.set_model_props(model, {METADATA: json.dumps(metadata)})
    for value in (*model.graph.input, *model.graph.output):
        first = value.type.tensor_type.shape.dim[0]
        if graph.batch_size is None:
            first.dim_param = "N"  # The same number in all.
        else:
            first.dim_value = graph.batch_size
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def load(
    path: pathlib.Path, num_threads: int = 0
) -> tuple[crop_graph.Predict, dict]:
    """Returns what runs a file, and its metadata.

    Args:
        path: The file.
        num_threads: 0 for as many as the runtime chooses.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    metadata = session.get_modelmeta().custom_metadata_map[METADATA]
    return (
        lambda inputs: dict(zip(names, session.run(names, inputs), strict=True))
    ), json.loads(metadata)

"""Model files for OpenVINO: an .xml of the graph, a .bin of the weights."""

import json
import pathlib
import tempfile

import numpy as np
import tensorflow as tf

from kp2part.exporting import crop_graph

SUFFIX = ".xml"
MODULES = ("openvino",)
METADATA = "kp2part"  # Key of the model's runtime information.


def write(graph: crop_graph.CropGraph, path: pathlib.Path, metadata: dict):
    """Writes an .xml file and, beside it, its .bin file.

    Args:
        graph: What they compute.
        path: The .xml file.
        metadata: Stored in it as JSON.
    """
    import openvino

    with tempfile.TemporaryDirectory() as directory:
        saved = pathlib.Path(directory, "saved_model")
        tf.saved_model.save(
            tf.Module(),
            str(saved),
            {"serving_default": graph.frozen().get_concrete_function()},
        )
        # Not `convert_model`: it reports its use to a server unasked.
        model = openvino.Core().read_model(saved)
        model.set_rt_info(json.dumps(metadata), [METADATA])
        openvino.save_model(model, path, compress_to_fp16=False)


def load(
    path: pathlib.Path, num_threads: int = 0
) -> tuple[crop_graph.Predict, dict]:
    """Returns what runs a file, and its metadata.

    Args:
        path: The .xml file.
        num_threads: 0 for as many as the runtime chooses.
    """
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    # On CPUs that have bfloat16 the default is to round to it: other masks.
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    if num_threads:
        options["INFERENCE_NUM_THREADS"] = num_threads
    request = core.compile_model(model, "CPU", options).create_infer_request()

    def predict(inputs):
        found = request.infer(inputs)
        return {
            port.get_any_name(): np.array(values)
            for port, values in found.items()
        }

    return predict, json.loads(model.get_rt_info([METADATA]).astype(str))

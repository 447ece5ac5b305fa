"""The network inside an export: its layers as JSON, its weights by name.

A SavedModel holds graphs of operations, from which no layers can be had back.
So `kp2part.export` writes the layers beside them, without weights: those are in
the SavedModel already, each under the path that Keras gave it.
"""

import pathlib

import keras
import numpy as np

from kp2part.models import file_sizes
from kp2part.system import json_file
from kp2part.system import published

# Where TensorFlow Serving ignores files that it does not know.
FILE = pathlib.Path("assets.extra", "network.json")

_VARIABLES = pathlib.Path("variables", "variables")
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def to_json(model: keras.Model) -> str:
    """Returns the layers of a network, without weights, as compact JSON."""
    return model.to_json(separators=(",", ":")) + "\n"


def load(directory: str | pathlib.Path) -> keras.Model:
    """Returns the network of an export, not compiled.

    Without what the export makes of its output, such as `--flip_average`.

    Args:
        directory: A version that `kp2part.export` wrote, or the directory of
            versions, of which the newest is taken.

    Raises:
        ValueError: Not such a directory, or its weights are not the network's;
            the message names the directory and the weight.
    """
    version = published.newest(pathlib.Path(directory))
    if not (version / FILE).is_file():
        raise ValueError(
            f"{version}: has no {FILE}, as kp2part.export writes it. Export "
            "the network's .keras file again."
        )
    layers = json_file.read(version / FILE)
    file_sizes.check_layers(layers)
    model = keras.saving.deserialize_keras_object(layers)
    _set_weights(model, read_variables(version), version)
    return model


def read_variables(version: pathlib.Path) -> dict[str, np.ndarray]:
    """Returns the variables of a SavedModel by their names.

    Reads the checkpoint inside it: the graphs, which take seconds to load, are
    left alone.

    Raises:
        ValueError: Two variables have the same name.
    """
    # Here: the networks run on other backends, without TensorFlow.
    import tensorflow as tf
    from tensorflow.core.protobuf import trackable_object_graph_pb2

    reader = tf.train.load_checkpoint(str(version / _VARIABLES))
    file_sizes.check_variables(
        reader.get_variable_to_shape_map().values(),
        version.glob(f"{_VARIABLES}.data-*"),
    )
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(
        reader.get_tensor(_OBJECT_GRAPH)
    )
    variables = {}
    for node in graph.nodes:
        for attribute in node.attributes:
            if attribute.full_name in variables:
                raise ValueError(
                    f"{version}: names of variables must be unique. Twice: "
                    f"{attribute.full_name}"
                )
            variables[attribute.full_name] = reader.get_tensor(
                attribute.checkpoint_key
            )
    return variables


def _set_weights(
    model: keras.Model, variables: dict[str, np.ndarray], version: pathlib.Path
):
    paths = [weight.path for weight in model.weights]
    if sorted(paths) != sorted(variables):
        missing = sorted(set(paths) - set(variables))
        unknown = sorted(set(variables) - set(paths))
        raise ValueError(
            f"{version}: the SavedModel must have the weights of {FILE}. "
            f"Missing: {missing[:3]}; not of the network: {unknown[:3]}"
        )
    for weight in model.weights:
        value = variables[weight.path]
        if tuple(weight.shape) != value.shape:
            raise ValueError(
                f"{version}: {weight.path} must have the shape "
                f"{tuple(weight.shape)} of {FILE}. Received: {value.shape}"
            )
    model.set_weights([variables[path] for path in paths])

"""The signatures of a SavedModel, and checks of requests against them."""

from collections.abc import Sequence
import pathlib

from google.protobuf import message
import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import get_model_metadata_pb2

from kp2part.serving.tf_serving_api import errors

SERVE = "serve"  # The tag of the graph for serving.
DEFAULT = "serving_default"  # Where a request names no signature.
_INTERNAL = "__saved_model"  # The prefix of names that clients may not use.


def read(path: pathlib.Path) -> meta_graph_pb2.MetaGraphDef:
    """Returns the signatures of a SavedModel.

    Args:
        path: The version's directory.

    Returns:
        A `MetaGraphDef` with nothing but its `signature_def`.

    Raises:
        errors.ServingError: There is no SavedModel with a graph for serving.
    """
    saved_model = saved_model_pb2.SavedModel()
    file = path / "saved_model.pb"
    try:
        saved_model.ParseFromString(file.read_bytes())
    except OSError as error:
        raise errors.ServingError(
            grpc.StatusCode.NOT_FOUND,
            f"{path}: does not appear to contain a SavedModel bundle: {error}",
        ) from error
    except message.DecodeError as error:
        raise errors.ServingError(
            grpc.StatusCode.OUT_OF_RANGE, f"{file}: is damaged: {error}"
        ) from error
    for meta_graph in saved_model.meta_graphs:
        if list(meta_graph.meta_info_def.tags) == [SERVE]:
            # Without the graph: it is big, and TensorFlow has a copy.
            signatures = meta_graph_pb2.MetaGraphDef()
            for name, signature in meta_graph.signature_def.items():
                signatures.signature_def[name].CopyFrom(signature)
            return signatures
    raise errors.ServingError(
        grpc.StatusCode.NOT_FOUND,
        f'{file}: has no graph with the one tag "{SERVE}".',
    )


def as_map(
    meta_graph: meta_graph_pb2.MetaGraphDef,
) -> get_model_metadata_pb2.SignatureDefMap:
    """Returns the signatures in the form of the metadata response."""
    signatures = get_model_metadata_pb2.SignatureDefMap()
    for name, signature in meta_graph.signature_def.items():
        signatures.signature_def[name].CopyFrom(signature)
    return signatures


def find(
    meta_graph: meta_graph_pb2.MetaGraphDef, name: str
) -> meta_graph_pb2.SignatureDef:
    """Returns a signature that clients may use.

    Raises:
        errors.ServingError: No signature has that name.
    """
    # The file also names an op that TensorFlow runs once, on loading.
    if name not in meta_graph.signature_def or name.startswith(_INTERNAL):
        raise errors.ServingError(
            grpc.StatusCode.FAILED_PRECONDITION,
            f'Serving signature key "{name}" not found.',
        )
    return meta_graph.signature_def[name]


def check(
    signature: meta_graph_pb2.SignatureDef,
    inputs: dict[str, np.ndarray],
    outputs: Sequence[str] | None,
) -> list[str]:
    """Returns the names of the outputs that a request asks for.

    Args:
        signature: The signature that is called.
        inputs: Arrays by name; strings are object arrays.
        outputs: Names of the outputs asked for; by default all.

    Raises:
        errors.ServingError: An unknown name, a missing input, a wrong dtype.
    """
    _check_names(signature, inputs)
    wanted = _wanted(signature, outputs)
    _check_dtypes(signature, inputs)
    return wanted


def _check_names(signature, inputs):
    given, expected = set(inputs), set(signature.inputs)
    if len(given) != len(expected):
        raise errors.invalid(
            f"input size does not match signature: {len(given)}!="
            f"{len(expected)} len({_braces(given)}) != "
            f"len({_braces(expected)}). Sent extra: "
            f"{_braces(given - expected)}. Missing but required: "
            f"{_braces(expected - given)}."
        )
    for name in sorted(expected - given):
        raise errors.invalid(
            f"Signature input alias: {name}(feed name: "
            f"{signature.inputs[name].name}) not found in request and no "
            "default value provided. Inputs expected to be in the request "
            f"{_braces(given)}, or default input alias set: "
        )


def _wanted(signature, outputs):
    wanted = list(outputs or signature.outputs)
    for i, name in enumerate(wanted):
        if name not in signature.outputs:
            raise errors.invalid(
                f"output tensor alias not found in signature: {name} Outputs "
                f"expected to be in the set {_braces(signature.outputs)}."
            )
        if name in wanted[:i]:
            raise errors.invalid(f"duplicate output tensor alias: {name}")
    return wanted


def _check_dtypes(signature, inputs):
    for i, name in enumerate(sorted(inputs)):
        expected = tf.as_dtype(signature.inputs[name].dtype)
        given = tf.as_dtype(inputs[name].dtype)
        if given != expected:
            raise errors.invalid(
                f"Expects arg[{i}] to be {_cpp(expected)} but {_cpp(given)} is "
                "provided"
            )


def _cpp(dtype):
    # The names that TensorFlow Serving's messages use.
    return {"float32": "float", "float64": "double", "float16": "half"}.get(
        dtype.name, dtype.name
    )


def _braces(names):
    return "{" + ",".join(sorted(names)) + "}"

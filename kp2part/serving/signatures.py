"""What a SavedModel says it takes and gives, and requests held to it."""

from collections.abc import Sequence
import pathlib

from google.protobuf import message
import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.core.protobuf import saved_model_pb2

from kp2part.serving import errors

SERVE = "serve"  # The tag of the graph for serving.
_INTERNAL = "__saved_model"  # What names that are not for clients begin with.


def read(path: pathlib.Path) -> meta_graph_pb2.MetaGraphDef:
    """Returns the signatures of a SavedModel.

    Args:
        path: The version's directory.

    Returns:
        A `MetaGraphDef` that has nothing but its `signature_def`.

    Raises:
        errors.ServingError: No SavedModel for serving is there.
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
            # Not the whole: the graph is big, and TensorFlow has its own.
            signatures = meta_graph_pb2.MetaGraphDef()
            for name, signature in meta_graph.signature_def.items():
                signatures.signature_def[name].CopyFrom(signature)
            return signatures
    raise errors.ServingError(
        grpc.StatusCode.NOT_FOUND,
        f'{file}: has no graph with the one tag "{SERVE}".',
    )


def find(
    meta_graph: meta_graph_pb2.MetaGraphDef, name: str
) -> meta_graph_pb2.SignatureDef:
    """Returns a signature that is for clients.

    Raises:
        errors.ServingError: There is none of that name.
    """
    # The file also names what TensorFlow runs once, when it loads.
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
    """Returns the names of the outputs that a request wants.

    Args:
        signature: What is asked.
        inputs: By name; strings are object arrays.
        outputs: Names of those wanted; by default all.

    Raises:
        errors.ServingError: An unknown name, a missing input, another dtype.
    """
    _check_names(signature, inputs)
    wanted = _wanted(signature, outputs)
    _check_dtypes(signature, inputs)
    return wanted


def _check_names(signature, inputs):
    given, expected = set(inputs), set(signature.inputs)
    if len(given) != len(expected):
        raise _invalid(
            f"input size does not match signature: {len(given)}!="
            f"{len(expected)} len({_braces(given)}) != "
            f"len({_braces(expected)}). Sent extra: "
            f"{_braces(given - expected)}. Missing but required: "
            f"{_braces(expected - given)}."
        )
    for name in sorted(expected - given):
        raise _invalid(
            f"Signature input alias: {name}(feed name: "
            f"{signature.inputs[name].name}) not found in request and no "
            "default value provided. Inputs expected to be in the request "
            f"{_braces(given)}, or default input alias set: "
        )


def _wanted(signature, outputs):
    wanted = list(outputs or signature.outputs)
    for i, name in enumerate(wanted):
        if name not in signature.outputs:
            raise _invalid(
                f"output tensor alias not found in signature: {name} Outputs "
                f"expected to be in the set {_braces(signature.outputs)}."
            )
        if name in wanted[:i]:
            raise _invalid(f"duplicate output tensor alias: {name}")
    return wanted


def _check_dtypes(signature, inputs):
    for i, name in enumerate(sorted(inputs)):
        expected = tf.as_dtype(signature.inputs[name].dtype)
        given = tf.as_dtype(inputs[name].dtype)
        if given != expected:
            raise _invalid(
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


def _invalid(text):
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, text)

"""One version of a SavedModel in memory."""

from collections.abc import Sequence
import pathlib

from google.protobuf import message
import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow.core.protobuf import saved_model_pb2

from kp2part.serving import admission as admission_lib
from kp2part.serving import errors

_SERVE = "serve"


class Servable:
    """A loaded version. Threads may share it.

    A SavedModel is a program: load only those you trust.

    Args:
        name: The model's name.
        version: The version's number.
        path: The version's directory.
        admission: Who computes when; versions of a model share it.

    Attributes:
        name: The model's name.
        version: The version's number.
        path: The version's directory.
        meta_graph: A `MetaGraphDef` that has nothing but its `signature_def`.

    Raises:
        errors.ServingError: It is not a whole SavedModel.
    """

    def __init__(
        self,
        name: str,
        version: int,
        path: pathlib.Path,
        admission: admission_lib.Admission | None = None,
    ):
        self.name = name
        self.version = version
        self.path = path
        self._admission = admission or admission_lib.Admission()
        self.meta_graph = read_signatures(path)
        try:
            self._model = tf.saved_model.load(str(path), tags=[_SERVE])
        except tf.errors.OpError as error:
            raise errors.from_op_error(error) from error
        # TensorFlow has no one type for what a damaged file leads to.
        except Exception as error:
            raise errors.ServingError(
                grpc.StatusCode.DATA_LOSS, f"{path}: cannot be loaded: {error}"
            ) from error

    def run(
        self,
        signature_name: str,
        inputs: dict[str, np.ndarray],
        outputs: Sequence[str] | None = None,
    ) -> dict[str, np.ndarray]:
        """Returns the outputs of a signature, by name.

        Like TensorFlow Serving, it holds inputs to the signature's names and
        dtypes, not to its shapes: that is up to the graph.

        Args:
            signature_name: One of `meta_graph.signature_def`.
            inputs: All inputs of the signature. Strings are object arrays of
                bytes.
            outputs: Names of those wanted; by default all.

        Raises:
            errors.ServingError: An unknown name, a missing input, another
                dtype, the graph refuses the values, or too many large batches
                wait.
        """
        signature = self._signature(signature_name)
        _check_names(signature, inputs)
        wanted = _wanted(signature, outputs)
        tensors = {k: tf.constant(v) for k, v in inputs.items()}
        _check_dtypes(signature, tensors)
        try:
            with self._admission.turn(_num_rows(inputs)):
                answer = self._model.signatures[signature_name](**tensors)
                return {k: _array(answer[k]) for k in wanted}
        except tf.errors.OpError as error:
            raise errors.from_op_error(error) from error

    def _signature(self, name: str) -> meta_graph_pb2.SignatureDef:
        # The file also names functions that are not for clients.
        if name not in self._model.signatures:
            raise errors.ServingError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f'Serving signature key "{name}" not found.',
            )
        return self.meta_graph.signature_def[name]


def read_signatures(path: pathlib.Path) -> meta_graph_pb2.MetaGraphDef:
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
        if list(meta_graph.meta_info_def.tags) == [_SERVE]:
            # Not the whole: the graph is big, and TensorFlow has its own.
            signatures = meta_graph_pb2.MetaGraphDef()
            for name, signature in meta_graph.signature_def.items():
                signatures.signature_def[name].CopyFrom(signature)
            return signatures
    raise errors.ServingError(
        grpc.StatusCode.NOT_FOUND,
        f'{file}: has no graph with the one tag "{_SERVE}".',
    )


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


def _num_rows(inputs):
    return max((v.shape[0] for v in inputs.values() if v.ndim), default=1)


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


def _array(tensor):
    # The `numpy()` of one string is its bytes, not an array.
    return np.asarray(
        tensor.numpy(), object if tensor.dtype == tf.string else None
    )


def _check_dtypes(signature, tensors):
    for i, name in enumerate(sorted(tensors)):
        expected = tf.as_dtype(signature.inputs[name].dtype)
        if tensors[name].dtype != expected:
            raise _invalid(
                f"Expects arg[{i}] to be {_cpp(expected)} but "
                f"{_cpp(tensors[name].dtype)} is provided"
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

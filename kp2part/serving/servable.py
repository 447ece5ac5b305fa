"""One version of a SavedModel in memory."""

from collections.abc import Sequence
import pathlib

import grpc
import numpy as np
import tensorflow as tf

from kp2part.serving import admission as admission_lib
from kp2part.serving import errors
from kp2part.serving import signatures

# What TensorFlow Serving runs a SavedModel in. A `tf.function` keeps a KiB of
# every call that fails, and some MiB of a version that is let go.
_Session = tf.compat.v1.Session


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
        self.meta_graph = signatures.read(path)
        try:
            self._session, self._feeds = _load(path, self.meta_graph)
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
        signature = signatures.find(self.meta_graph, signature_name)
        wanted = signatures.check(signature, inputs, outputs)
        feeds = {
            self._feeds[signature.inputs[k].name]: v for k, v in inputs.items()
        }
        # Always all: TensorFlow keeps a plan for each choice of outputs. One
        # may be an input.
        fetches = {
            k: self._feeds.get(v.name, v.name)
            for k, v in signature.outputs.items()
        }
        try:
            with self._admission.turn(_num_rows(inputs)):
                response = self._session.run(fetches, feeds)
        except tf.errors.OpError as error:
            raise errors.from_op_error(error) from error
        return {k: _array(response[k]) for k in wanted}


def _load(path, meta_graph):
    graph = tf.Graph()
    with graph.as_default():
        feeds = {
            tensor.name: tf.compat.v1.placeholder(tensor.dtype)
            for signature in meta_graph.signature_def.values()
            for tensor in signature.inputs.values()
        }
        session = _Session(graph=graph)
        # Placeholders of the file would hold Python to their shapes.
        tf.compat.v1.saved_model.load(
            session, [signatures.SERVE], str(path), input_map=feeds
        )
    return session, feeds


def _num_rows(inputs):
    return max((v.shape[0] for v in inputs.values() if v.ndim), default=1)


def _array(value):
    # One string is its bytes, one number a NumPy scalar.
    return np.asarray(value, object if isinstance(value, bytes) else None)

"""One version of a SavedModel in memory."""

from collections.abc import Sequence
import pathlib

import grpc
import numpy as np
import tensorflow as tf

from kp2part.serving import admission as admission_lib
from kp2part.serving import refusals
from kp2part.serving import request_cost
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import signatures

# TensorFlow Serving uses sessions too. A `tf.function` leaks a KiB with every
# call that fails, and some MiB with every version that is unloaded.
_Session = tf.compat.v1.Session


class Servable:
    """A loaded version. Safe to share between threads.

    A SavedModel is a program: load only models that you trust.

    Args:
        name: The model's name.
        version: The version's number.
        path: The version's directory.
        admission: Schedules requests; versions of a model share it.

    Attributes:
        name: The model's name.
        version: The version's number.
        path: The version's directory.
        meta_graph: A `MetaGraphDef` with nothing but its `signature_def`.

    Raises:
        errors.ServingError: It is not a complete SavedModel.
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
        # A damaged file can lead to exceptions of many types.
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

        Like TensorFlow Serving, it checks names and dtypes of the inputs
        against the signature, and leaves their shapes to the graph.

        Args:
            signature_name: A key of `meta_graph.signature_def`.
            inputs: All inputs of the signature. Strings are object arrays of
                bytes.
            outputs: Names of the outputs asked for; by default all.

        Raises:
            errors.ServingError: An unknown name, a missing input, a wrong
                dtype, values that the graph refuses, or too many large requests
                waiting.
        """
        signature = signatures.find(self.meta_graph, signature_name)
        wanted = signatures.check(signature, inputs, outputs)
        feeds = {
            self._feeds[signature.inputs[k].name]: v for k, v in inputs.items()
        }
        # Always fetches all outputs: TensorFlow keeps a plan for each choice.
        # An output may be an input.
        fetches = {
            k: self._feeds.get(v.name, v.name)
            for k, v in signature.outputs.items()
        }
        try:
            with self._admission.turn(*request_cost.of_inputs(inputs)):
                response = self._session.run(fetches, feeds)
        except tf.errors.OpError as error:
            raise refusals.from_op_error(error, inputs) from error
        except UnicodeDecodeError as error:
            raise refusals.from_bytes(error) from error
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
        # Python would enforce the shapes of the file's own placeholders.
        tf.compat.v1.saved_model.load(
            session, [signatures.SERVE], str(path), input_map=feeds
        )
    return session, feeds


def _array(value):
    # A single string comes as bytes, a single number as a NumPy scalar.
    return np.asarray(value, object if isinstance(value, bytes) else None)

"""The warm-up file of a SavedModel, which keeps broken versions out of service.

TensorFlow Serving replays its requests when it loads a version. If one fails,
because variables are missing or a file is truncated, loading fails and the
previous version stays in service.
https://www.tensorflow.org/tfx/serving/saved_model_warmup
"""

import pathlib

import numpy as np
import tensorflow as tf

# Where TensorFlow Serving expects it.
PATH = pathlib.Path("assets.extra", "tf_serving_warmup_requests")


def write(
    saved_model: pathlib.Path, requests: dict[str, dict[str, np.ndarray]]
):
    """Writes a TFRecord file with a `PredictionLog` for each request.

    Args:
        saved_model: Directory of the version.
        requests: Signature -> input -> array.

    Raises:
        ValueError: tensorflow-serving-api is not installed.
    """
    path = saved_model / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in requests.items():
            log = prediction_log(signature, inputs)
            writer.write(log.SerializeToString(deterministic=True))


def prediction_log(signature: str, inputs: dict[str, np.ndarray]):
    """Returns a request as a `tensorflow.serving.PredictionLog`."""
    try:
        from tensorflow_serving.apis import prediction_log_pb2
    except ImportError as error:
        raise ValueError(
            "Export writes a warm-up file, which needs tensorflow-serving-api: "
            f"pip install 'kp2part[serve]' ({error})."
        ) from error
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(_tensor_proto(values))
    return log


def _tensor_proto(values: np.ndarray):
    first = values.flat[0]
    # A single value is stored once.
    if values.dtype == np.float32 and (values == first).all():
        return tf.make_tensor_proto(first, shape=values.shape)
    return tf.make_tensor_proto(values)

"""The warm-up file of a SavedModel: a canary for whoever serves it.

TensorFlow Serving replays the requests when it loads a version. If one fails,
because variables are missing or a file is cut, the load fails and the version
before keeps answering.
https://www.tensorflow.org/tfx/serving/saved_model_warmup
"""

import pathlib

import numpy as np
import tensorflow as tf

# Where TensorFlow Serving looks.
PATH = pathlib.Path("assets.extra", "tf_serving_warmup_requests")


def write(
    saved_model: pathlib.Path, requests: dict[str, dict[str, np.ndarray]]
):
    """Writes one `PredictionLog` for each request, a TFRecord.

    Args:
        saved_model: Directory of the version.
        requests: Inputs by name, by the signature's name.

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
            "Export writes a warm-up file and needs tensorflow-serving-api: "
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
    # One value stands for all.
    if values.dtype == np.float32 and (values == first).all():
        return tf.make_tensor_proto(first, shape=values.shape)
    return tf.make_tensor_proto(values)

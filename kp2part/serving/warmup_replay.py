"""The requests that come with a version, asked before it serves.

`assets.extra/tf_serving_warmup_requests` is TensorFlow Serving's name for them:
a TFRecord of `PredictionLog`. A version that cannot answer its own requests
never serves.
"""

import grpc
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from kp2part.serving import errors
from kp2part.serving import servable as servable_lib
from kp2part.serving import tensor_protos

FILE = "assets.extra/tf_serving_warmup_requests"
# TensorFlow Serving's limit.
_MAX_RECORDS = 1000


def replay(servable: servable_lib.Servable):
    """Asks a version the requests that come with it, if any do.

    Raises:
        errors.ServingError: The file is damaged, or a request fails.
    """
    path = servable.path / FILE
    if not path.is_file():
        return
    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    try:
        for i, record in enumerate(records):
            if i == _MAX_RECORDS:
                raise errors.ServingError(
                    grpc.StatusCode.INVALID_ARGUMENT,
                    f"{path}: has more than {_MAX_RECORDS} records.",
                )
            _ask(servable, _request(path, i, record))
    except tf.errors.OpError as error:
        raise errors.from_op_error(error) from error


def _request(path, index, record):
    log = prediction_log_pb2.PredictionLog()
    try:
        log.ParseFromString(record)
    except Exception as error:
        raise errors.ServingError(
            grpc.StatusCode.DATA_LOSS,
            f"{path}: record {index} is no PredictionLog: {error}",
        ) from error
    if log.WhichOneof("log_type") != "predict_log":
        raise errors.ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"{path}: record {index} must be a predict_log. Received: "
            f"{log.WhichOneof('log_type')}",
        )
    return log.predict_log.request


def _ask(servable, request):
    servable.run(
        request.model_spec.signature_name or "serving_default",
        {k: tensor_protos.decode(k, v) for k, v in request.inputs.items()},
        request.output_filter,
    )

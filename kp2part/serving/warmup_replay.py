"""Replays the warm-up requests of a version before it serves.

They are in `assets.extra/tf_serving_warmup_requests`, a TFRecord of
`PredictionLog`, as for TensorFlow Serving. A version whose own requests fail
never serves.
"""

import grpc
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from kp2part.serving import servable as servable_lib
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import signatures
from kp2part.serving.tf_serving_api import tensor_protos

FILE = "assets.extra/tf_serving_warmup_requests"
# TensorFlow Serving's limit.
_MAX_RECORDS = 1000


def replay(servable: servable_lib.Servable):
    """Sends a version its warm-up requests, if it comes with any.

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
                raise errors.invalid(
                    f"{path}: has more than {_MAX_RECORDS} records."
                )
            _run(servable, _request(path, i, record))
    except tf.errors.OpError as error:
        raise errors.from_op_error(error) from error


def _request(path, index, record):
    log = prediction_log_pb2.PredictionLog()
    try:
        log.ParseFromString(record)
    except Exception as error:
        raise errors.ServingError(
            grpc.StatusCode.DATA_LOSS,
            f"{path}: record {index} is not a PredictionLog: {error}",
        ) from error
    if log.WhichOneof("log_type") != "predict_log":
        raise errors.ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"{path}: record {index} must be a predict_log. Received: "
            f"{log.WhichOneof('log_type')}",
        )
    return log.predict_log.request


def _run(servable, request):
    servable.run(
        request.model_spec.signature_name or signatures.DEFAULT,
        {k: tensor_protos.decode(k, v) for k, v in request.inputs.items()},
        request.output_filter,
    )

"""A model behind TensorFlow Serving's gRPC API."""

import json
import re

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.system import op_messages

_URL = re.compile(r"(grpcs?)://([^/?#]+)/([^/?#]+)(?:/versions/(\d+))?")
_MAX_MESSAGE_BYTES = 256 << 20
# https://github.com/grpc/proposal/blob/master/A6-client-retries.md
_SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{"service": "tensorflow.serving.PredictionService"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.5s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
_REFUSALS = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.DATA_LOSS,
)


class OverGrpc:
    """Sends requests to a server over one channel.

    Args:
        url: grpc://HOST:PORT/NAME, or grpcs for TLS, optionally followed by
            /versions/NUMBER.
        timeout_seconds: How long a request may take, including retries.
    """

    def __init__(self, url: str, timeout_seconds: float = 60.0):
        if not (match := _URL.fullmatch(url.rstrip("/"))):
            raise ValueError(
                "`url` must be grpc://HOST:PORT/NAME, optionally "
                f"with /versions/NUMBER. Received: url={url!r}"
            )
        scheme, self.target, self.name, version = match.groups()
        self.version = version and int(version)
        self.timeout_seconds = timeout_seconds
        self._channel = _channel(self.target, secure=scheme == "grpcs")
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )

    def run(
        self, signature: str, inputs: dict[str, np.ndarray], outputs: list[str]
    ) -> dict[str, np.ndarray]:
        """See `part_client.Backend`."""
        request = predict_pb2.PredictRequest(output_filter=outputs)
        request.model_spec.name = self.name
        request.model_spec.signature_name = signature
        if self.version is not None:
            request.model_spec.version.value = self.version
        for name, values in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
        try:
            response = self._stub.Predict(request, timeout=self.timeout_seconds)
        except grpc.RpcError as error:
            raise self._error(error) from error
        return {
            name: tf.make_ndarray(response.outputs[name]) for name in outputs
        }

    def close(self):
        """See `part_client.Backend`."""
        self._channel.close()

    def _error(self, error: grpc.RpcError) -> Exception:
        told = op_messages.reason(error.details() or "")
        if error.code() in _REFUSALS:
            return ValueError(told)
        message = f"{self.target}: {error.code().name} {told}"
        if error.code() == grpc.StatusCode.NOT_FOUND:
            return ValueError(message)
        if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
            return TimeoutError(message)
        return ConnectionError(message)


def _channel(target: str, secure: bool) -> grpc.Channel:
    options = [
        ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
        ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
        ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ]
    if not secure:
        return grpc.insecure_channel(target, options)
    credentials = grpc.ssl_channel_credentials()
    return grpc.secure_channel(target, credentials, options)

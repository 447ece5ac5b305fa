"""Errors that refuse a request, over REST and over gRPC alike."""

import re

import grpc
import tensorflow as tf

_CODES = {code.value[0]: code for code in grpc.StatusCode}
# A client has no use for the place in Python where an op was made.
_PREFIX = re.compile(
    r"^Graph execution error:\s+"
    r"(?:Detected at node .*\n<stack traces unavailable>\n)*"
)
_SUFFIX = re.compile(r" \[Op:[^\]]*\]\s*$")


class ServingError(Exception):
    """A request is refused.

    Attributes:
        code: The kind of error; REST turns it into an HTTP status.
        message: The reason, in TensorFlow Serving's words where it has any.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> ServingError:
    """Returns the error of a request that breaks a rule."""
    return ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)


def from_op_error(error: tf.errors.OpError) -> ServingError:
    """Returns what a client is told about an op that failed."""
    message = _SUFFIX.sub("", _PREFIX.sub("", error.message))
    return ServingError(_CODES[error.error_code], message)

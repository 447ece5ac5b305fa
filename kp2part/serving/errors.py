"""What a request is refused with, whichever door it came through."""

import re

import grpc
import tensorflow as tf

_CODES = {code.value[0]: code for code in grpc.StatusCode}
# Where in Python an op was made says nothing to a client.
_PREFIX = re.compile(
    r"^Graph execution error:\s+"
    r"(?:Detected at node .*\n<stack traces unavailable>\n)*"
)
_SUFFIX = re.compile(r" \[Op:[^\]]*\]\s*$")


class ServingError(Exception):
    """A request that is refused.

    Attributes:
        code: The reason's kind; REST makes an HTTP status of it.
        message: The reason, in TensorFlow Serving's words where it has any.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def from_op_error(error: tf.errors.OpError) -> ServingError:
    """Returns what a client is told of an op that failed."""
    message = _SUFFIX.sub("", _PREFIX.sub("", error.message))
    return ServingError(_CODES[error.error_code], message)

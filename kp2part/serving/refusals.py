"""What a client is told when the graph of a model refuses its request."""

from collections.abc import Mapping
import re

import numpy as np
import tensorflow as tf

from kp2part.serving.tf_serving_api import errors
from kp2part.system import op_messages

_SIZE = re.compile(r"Invalid (?:JPEG|PNG) data.* size (\d+)")


def from_op_error(
    error: tf.errors.OpError, inputs: Mapping[str, np.ndarray]
) -> errors.ServingError:
    """Returns the error in words that a person understands.

    Args:
        error: Of an op.
        inputs: The request's, by name.
    """
    refusal = errors.from_op_error(error)
    told = op_messages.reason(refusal.message)
    return errors.ServingError(refusal.code, _place(told, inputs) + told)


def from_bytes(error: UnicodeDecodeError) -> errors.ServingError:
    """Returns the error whose message quotes bytes that are no text."""
    return errors.invalid(op_messages.reason(op_messages.text(error)))


def _place(told, inputs):
    """Returns which row holds the file that a decoder could not read."""
    if not (match := _SIZE.search(told)):
        return ""
    size = int(match[1])
    rows = [
        str(i)
        for values in inputs.values()
        if values.dtype == object and values.ndim == 1 and len(values) > 1
        for i, value in enumerate(values)
        if len(value) == size
    ]
    return f"Row {' or '.join(rows)}: " if rows else ""

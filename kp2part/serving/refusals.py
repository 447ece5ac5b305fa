"""What a client is told when the graph of a model refuses its request."""

from collections.abc import Mapping
import re

import numpy as np
import tensorflow as tf

from kp2part.serving.tf_serving_api import errors
from kp2part.system import op_messages

_SIZE = re.compile(r"Invalid (?:JPEG|PNG) data.* size (\d+)")

# How JPEG and PNG files begin in base64, and addresses that hold them.
_BASE64 = (b"/9j/", b"iVBOR", b"data:image/")


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
    return errors.ServingError(
        refusal.code, _place(told, inputs) + told + _hint(inputs)
    )


def from_bytes(error: UnicodeDecodeError) -> errors.ServingError:
    """Returns the error whose message quotes bytes that are no text."""
    return errors.invalid(op_messages.reason(op_messages.text(error)))


def _hint(inputs):
    """Returns what to do if a photo was sent as text, not as bytes."""
    texts = (
        text
        for values in inputs.values()
        if values.dtype == object
        for text in values.flat
    )
    if any(text.startswith(_BASE64) for text in texts):
        return ' A file must be sent as {"b64": "..."}, not as a plain text.'
    return ""


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

"""What is said where a record of a checked shard cannot be decoded.

A shard can be as its manifest says and still hold an image that is none, if
another program wrote it.
"""

from collections.abc import Iterator
import contextlib
import os

import tensorflow as tf

from kp2part.system import op_messages

RULE = "Image and mask of a record must be squares of the same size"


@contextlib.contextmanager
def explained(directory: str | os.PathLike) -> Iterator[None]:
    """Explains TensorFlow's error at a record that cannot be decoded.

    Args:
        directory: Of the records that are read within.

    Raises:
        ValueError: A record cannot be decoded; the message names the directory
            and how to find the record.
    """
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        reason = op_messages.reason(error.message)
        if not (op_messages.is_damaged(reason) or RULE in reason):
            raise  # Not of a record.
        raise ValueError(
            f"{directory}: a record cannot be decoded: {reason}. Run python -m "
            f"tfrecords_tools.verify --tfrecords={directory} to find it."
        ) from error

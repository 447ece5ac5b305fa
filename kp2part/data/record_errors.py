"""What is said where a record of a checked shard cannot be decoded.

A shard can be as its manifest says and still hold an image that is none, if
another program wrote it.
"""

from collections.abc import Iterator
import contextlib
import os

from kp2part.system import op_messages

RULE = "Image and mask of a record must be squares of the same size"


@contextlib.contextmanager
def explained(*directories: str | os.PathLike) -> Iterator[None]:
    """Explains TensorFlow's error at a record that cannot be decoded.

    Args:
        *directories: Of the records that are read within.

    Raises:
        ValueError: A record cannot be decoded; the message names the
            directories and how to find the record.
    """
    # Here: others need no more than the rule.
    import tensorflow as tf

    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        reason = op_messages.reason(error.message)
        if not (op_messages.is_damaged(reason) or RULE in reason):
            raise  # Not of a record.
        where = " or ".join(map(str, directories))
        raise ValueError(
            f"{where}: a record cannot be decoded: {reason}. Run python -m "
            f"tfrecords_tools.verify --tfrecords={where} to find it."
        ) from error

"""Refusals in a graph, in words that a person understands.

A check returns its input: in a graph, which runs in any order, what comes after
has to depend on the check.
"""

import tensorflow as tf

_MAX_TEXT = 80  # Bytes of a text that is shown.


def checked(value, condition, message, *evidence):
    """Returns `value`, once `condition` is known to hold.

    Args:
        value: Any tensor.
        condition: bool [].
        message: The rule, text or string []; at its end comes the evidence.
        *evidence: Tensors to show, at most their first 8 values.
    """
    shown = [shown_text(e) for e in evidence]
    check = tf.debugging.Assert(condition, [message, *shown], summarize=8)
    # Run eagerly, there is nothing to wait for.
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(value)


def shown_text(values):
    """Returns values as an error can show them: strings short and in UTF-8."""
    if values.dtype != tf.string:
        return values
    return tf.strings.unicode_transcode(
        tf.strings.substr(values, 0, _MAX_TEXT), "UTF-8", "UTF-8"
    )

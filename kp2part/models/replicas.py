"""Sums over the copies of a network that `tf.distribute` trains side by side.

A loss that divides by what is in a batch, such as its known pixels, is not the
mean of those of the batch's parts. So each copy computes that of the whole
batch, and Keras, which adds up their gradients, gets an equal part of it from
each. With JAX a batch is one array on all devices, and there is nothing to do.
"""

import keras


def total(value):
    """Returns a tensor, summed over the copies; with its gradient."""
    context = _context()
    if context is None:
        return value
    import tensorflow as tf

    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def equal_part(loss):
    """Returns what a copy contributes to the loss of the whole batch."""
    context = _context()
    return loss if context is None else loss / context.num_replicas_in_sync


def _context():
    """Returns the copy that is computing, None if there is but one."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return None
    return context

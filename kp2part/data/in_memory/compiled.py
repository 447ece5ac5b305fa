"""Functions of tensors, compiled by the backend of Keras."""

from collections.abc import Callable

import keras


def compiled(function: Callable) -> Callable:
    """Returns a function of tensors as one that runs at once.

    Args:
        function: Of tensors alone, with `keras.ops`.
    """
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return jax.jit(function)
    if backend == "tensorflow":
        import tensorflow as tf

        # With XLA, which makes one loop of many small steps: 2.5 times faster.
        return tf.function(function, autograph=False, jit_compile=True)
    return function

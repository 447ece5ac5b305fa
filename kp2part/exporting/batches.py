"""Computes the rows of a batch a few at a time, in a graph.

A network holds its activations of all rows of a batch in memory, tens of
megabytes for each, and other requests wait for its operations.
"""

from collections.abc import Callable

import tensorflow as tf

# On a CPU larger batches are no faster.
MAX_ROWS = 4


def in_turn(function: Callable, inputs: dict[str, tf.Tensor]):
    """Returns what a function returns for a batch, computed piece by piece.

    Args:
        function: From a dictionary of tensors [n, ...], n at most `MAX_ROWS`,
            to a structure of float32 tensors [n, ...] of known shape
            otherwise; row by row.
        inputs: Tensors [N, ...].

    Returns:
        The structure, of tensors [N, ...].
    """
    num_rows = tf.shape(next(iter(inputs.values())))[0]
    first = function({name: x[:MAX_ROWS] for name, x in inputs.items()})
    flat = tf.nest.flatten(first)

    def step(start, *done):
        rows = {name: x[start : start + MAX_ROWS] for name, x in inputs.items()}
        found = tf.nest.flatten(function(rows))
        return (
            start + MAX_ROWS,
            *(
                array.write(start // MAX_ROWS, x)
                for array, x in zip(done, found, strict=True)
            ),
        )

    arrays = [
        tf.TensorArray(
            tf.float32,
            tf.maximum(-(-num_rows // MAX_ROWS), 1),
            infer_shape=False,
            element_shape=[None, *x.shape[1:]],
        ).write(0, x)
        for x in flat
    ]
    _, *arrays = tf.while_loop(
        lambda start, *_: start < num_rows,
        step,
        (MAX_ROWS, *arrays),
        parallel_iterations=1,
    )
    return tf.nest.pack_sequence_as(first, [array.concat() for array in arrays])

"""Averages the part maps of similar objects: the prior of an example."""

import tensorflow as tf

# Fang et al. keep 5 neighbors and average 3: random ones in training, the first
# ones for predictions.
NUM_NEIGHBORS = 5
NUM_AVERAGED = 3


def average(maps, num_parts: int, seed=None):
    """Returns the prior of some neighbors: the probability of each part.

    Args:
        maps: uint8 [S, S, N], part ids, the most similar neighbor first.
        num_parts: P.
        seed: int32 [2] to average a random `NUM_AVERAGED` of them, None for the
            first.

    Returns:
        float32 [S, S, P].
    """
    order = tf.range(tf.shape(maps)[-1])
    if seed is not None:
        order = tf.argsort(tf.random.stateless_uniform([NUM_NEIGHBORS], seed))
    chosen = tf.gather(maps, order[:NUM_AVERAGED], axis=-1)
    return tf.reduce_mean(tf.one_hot(chosen, num_parts), axis=-2)

"""Which objects belong to a fraction of them."""

import tensorflow as tf

_NUM_BUCKETS = 2**20


def contains(fraction: float, seed: int, image_ids, object_indices):
    """Returns whether objects belong to a fraction of all.

    An object of a smaller fraction belongs to each larger one too.

    Args:
        fraction: In (0, 1].
        seed: Selects the objects.
        image_ids: string [...].
        object_indices: Integers [...].

    Returns:
        bool [...].
    """
    names = [
        str(seed),
        image_ids,
        tf.strings.as_string(tf.cast(object_indices, tf.int64)),
    ]
    # Fingerprint64: stable across versions and platforms.
    bucket = tf.strings.to_hash_bucket_fast(
        tf.strings.join(names, "/"), _NUM_BUCKETS
    )
    return bucket < round(fraction * _NUM_BUCKETS)

"""One process and all its devices, each with a copy of the network."""

from collections.abc import Iterator
import contextlib

import keras

from kp2part.data.in_memory import share as share_lib
from kp2part.distribution import team as team_lib


@contextlib.contextmanager
def on_all_devices() -> Iterator[team_lib.Team]:
    """Returns a context with the team of all GPUs, or CPUs if there are none.

    Raises:
        ValueError: The backend of Keras cannot do that.
    """
    backend = keras.backend.backend()
    if backend == "jax":
        with of_jax(share_lib.WHOLE) as team:
            yield team
    elif backend == "tensorflow":
        yield _of_tensorflow()
    else:
        raise ValueError(
            "`distribute` must be none with this backend of Keras. Received: "
            f"distribute=mirrored with KERAS_BACKEND={backend}"
        )


@contextlib.contextmanager
def of_jax(share: share_lib.Share) -> Iterator[team_lib.Team]:
    """Returns a context with the team of all devices that JAX knows.

    Args:
        share: Number of this process, and of all.
    """
    count = keras.distribution.get_device_count()
    before = keras.distribution.distribution()
    # The batches are shared already.
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(auto_shard_dataset=False)
    )
    try:
        yield team_lib.Team(
            count,
            share_lib.Share(share.index, share.count, count),
            takes_streams=False,
        )
    finally:
        keras.distribution.set_distribution(before)


def _of_tensorflow() -> team_lib.Team:
    import tensorflow as tf

    devices = tf.config.list_logical_devices("GPU")
    devices = devices or tf.config.list_logical_devices("CPU")
    strategy = tf.distribute.MirroredStrategy([x.name for x in devices])
    return team_lib.Team(
        len(devices),
        share_lib.Share(multiple=len(devices)),
        strategy.scope,
        is_traced_whole=False,
    )

"""The morphed prior as the prediction: the lower bound for RefineNet."""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import metadata
from kp2part.schema import keys
from kp2part.schema import task as task_lib

_MIN_PROBABILITY = 1e-3  # Avoids log(0).


def build(
    task: task_lib.Task, architecture: architecture_lib.Architecture
) -> keras.Model:
    """Returns the network: `prior` -> `parts`."""
    del architecture
    size = task.image_size
    prior = keras.Input((size, size, task.num_parts), name=keys.PRIOR)
    x = metadata.TaskLabel(task, name="task")(prior)
    x = metadata.KnownPoses(name="known_poses", dtype="float32")(x)
    logits = keras.ops.log(keras.ops.maximum(x, _MIN_PROBABILITY))
    return keras.Model(
        {keys.PRIOR: prior},
        {keys.PARTS: logits},
        name="nearest_neighbor",
    )

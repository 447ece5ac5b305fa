"""Averages predictions over an object and its mirror image.

Slightly more accurate, at twice the cost.
"""

import keras
import numpy as np

from kp2part.models import metadata
from kp2part.schema import keys

_SMALL = 1e-6


def average(model: keras.Model) -> keras.Model:
    """Returns a network that averages over its input and the mirrored input.

    Args:
        model: A network of `models`.

    Returns:
        A model with the same inputs and outputs; each logit is the mean of two.
        Another output, `keys.MIRROR_AGREEMENT`, tells how alike the two are.
    """
    task = metadata.task_of(model)
    swaps = {
        keys.IMAGE: (0, 1, 2),
        keys.HEATMAPS: task.heatmap_mirror,
        keys.PRIOR: task.category.part_mirror,
    }
    inputs = {
        name: keras.Input(x.shape[1:], name=name)
        for name, x in model.input.items()
    }
    # As one batch, so that the graph contains the network only once.
    both = {
        name: keras.ops.concatenate([x, flip(x, swaps[name])], axis=0)
        for name, x in inputs.items()
    }
    outputs = {}
    for name, logits in model(both).items():
        straight, back = keras.ops.split(logits, 2, axis=0)
        back = flip(back, task.category.part_mirror)
        outputs[name] = (straight + back) / 2
        if name == keys.PARTS:
            outputs[keys.MIRROR_AGREEMENT] = _agreement(straight, back)
    return keras.Model(inputs, outputs, name=f"{model.name}_mirrored")


def _agreement(straight, back):
    """Returns the IoU of what two logits take for parts, float32 [B]."""
    one, other = (
        keras.ops.softmax(keras.ops.cast(x, "float32"))[..., 1:]
        for x in (straight, back)
    )
    both = keras.ops.sum(keras.ops.minimum(one, other), (1, 2, 3))
    either = keras.ops.sum(keras.ops.maximum(one, other), (1, 2, 3))
    return both / keras.ops.maximum(either, _SMALL)


def flip(x, swap: tuple[int, ...]):
    """Returns x [B, H, W, C] mirrored; channel i becomes `swap[i]`."""
    x = keras.ops.flip(x, axis=2)
    if swap == tuple(range(len(swap))):
        return x
    # Mirroring is its own inverse, so that the matrix is symmetric. Exact, as
    # its numbers are 0 and 1, and faster than gathering channels.
    permutation = np.eye(len(swap))[list(swap)]
    return keras.ops.matmul(x, keras.ops.cast(permutation, x.dtype))

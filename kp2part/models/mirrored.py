"""Answers averaged over an object and its mirror image.

A little better, for twice the work.
"""

import keras

from kp2part.models import metadata
from kp2part.schema import keys

_SUFFIX = "_mirrored"


def average(model: keras.Model) -> keras.Model:
    """Returns a network that also looks at its input in a mirror.

    Args:
        model: A network of `models`.

    Returns:
        A model of the same inputs and outputs; a logit is the mean of the two.
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
    # In one batch: the network is in the graph once, not twice.
    both = {
        name: keras.ops.concatenate([x, flip(x, swaps[name])], axis=0)
        for name, x in inputs.items()
    }
    outputs = {}
    for name, logits in model(both).items():
        straight, back = keras.ops.split(logits, 2, axis=0)
        outputs[name] = (straight + flip(back, task.category.part_mirror)) / 2
    return keras.Model(inputs, outputs, name=f"{model.name}{_SUFFIX}")


def network_of(model: keras.Model) -> keras.Model:
    """Returns the network that `average` was given, or else `model` itself."""
    if not model.name.endswith(_SUFFIX):
        return model
    return model.get_layer(model.name.removesuffix(_SUFFIX))


def flip(x, swap: tuple[int, ...]):
    """Returns x [B, H, W, C] mirrored; channel i becomes `swap[i]`."""
    # A mirror undoes itself: where a channel goes is whence it comes.
    x = keras.ops.flip(x, axis=2)
    if swap == tuple(range(len(swap))):
        return x
    return keras.ops.take(x, list(swap), axis=-1)

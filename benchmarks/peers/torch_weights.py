"""Copies weights of Keras into the same network in PyTorch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from benchmarks.peers import torch_network


def copy(network: torch_network.PartNetwork, layers: Sequence):
    """Copies the weights of a network of Keras.

    Args:
        network: Where to.
        layers: The layers of Keras's network, with the same names.

    Raises:
        ValueError: They are not the same layers.
    """
    ours = {**network.encoder.layers, **network.layers}
    theirs = {x.name: x.get_weights() for x in layers if x.weights}
    if ours.keys() != theirs.keys():
        raise ValueError(
            "The networks must have the same layers. Only in one of them: "
            f"{sorted(ours.keys() ^ theirs.keys())}"
        )
    with torch.no_grad():
        for name, layer in ours.items():
            for target, values in _pairs(name, layer, theirs[name]):
                target.copy_(torch.from_numpy(np.ascontiguousarray(values)))


def _pairs(name: str, layer: nn.Module, arrays: Sequence[np.ndarray]):
    if isinstance(layer, nn.BatchNorm2d):
        kept = layer.weight, layer.bias, layer.running_mean, layer.running_var
        return list(zip(kept, arrays, strict=True))
    if name.startswith(torch_network.SHUFFLE):
        # Keras has the channels of a pixel side by side.
        arrays = [
            x.reshape(*x.shape[:-1], 4, -1).swapaxes(-1, -2).reshape(x.shape)
            for x in arrays
        ]
    axes = (2, 3, 0, 1) if getattr(layer, "groups", 1) > 1 else (3, 2, 0, 1)
    kernel = arrays[0].transpose(axes)
    biases = [(layer.bias, x) for x in arrays[1:]]
    return [(layer.weight, kernel), *biases]

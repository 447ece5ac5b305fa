"""VGG-16 in PyTorch, as an image encoder with skips.

Layers have the names of `kp2part.models.encoders.backbones.vgg16`.
"""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.peers import torch_encoder

_MEAN = (103.939, 116.779, 123.68)  # Of blue, green and red.
_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


class Encoder(nn.Module):
    """Image [B, 3, H, W], RGB in 0..255 -> features by stride.

    Attributes:
        channels: Of the features at each stride.
        normalizes: Whether the network normalizes them.
    """

    channels = {1: 64, 2: 128, 4: 256, 8: 512, 16: 512, 32: 512}
    normalizes = False

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict()
        channels = 3
        for i, (filters, count) in enumerate(_STAGES, start=1):
            for j in range(1, count + 1):
                layer = torch_encoder.Conv(channels, filters, 3)
                self.layers[f"block{i}_conv{j}"] = layer
                channels = filters
        mean = torch.tensor(_MEAN).reshape(-1, 1, 1)
        self.register_buffer("mean", mean)

    def forward(self, image):
        """Returns features [B, C, H / stride, W / stride] by stride."""
        x, features = image.flip(1) - self.mean, {}
        for i, (_, count) in enumerate(_STAGES, start=1):
            for j in range(1, count + 1):
                x = functional.relu(self.layers[f"block{i}_conv{j}"](x))
            features[2 ** (i - 1)] = x
            x = functional.max_pool2d(x, 2)
        return {**features, 32: x}

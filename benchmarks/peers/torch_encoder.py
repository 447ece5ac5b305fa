"""EfficientNet-Lite0 in PyTorch, from its architecture.

Layers have the names of `kp2part.models.encoders.efficientnet_lite`, so that
weights can be copied by name.
"""

import torch
from torch import nn
from torch.nn import functional

_EPSILON = 1e-3
# For each stage: kernel, strides, expansion, channels, repeats.
_STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class Conv(nn.Conv2d):
    """A convolution that pads as TensorFlow does: at the end if in doubt."""

    def __init__(self, before, after, size, strides=1, bias=True, groups=1):
        total = size - strides if size > strides else 0
        even = total % 2 == 0
        super().__init__(
            *(before, after, size, strides),
            padding=total // 2 if even else 0,
            bias=bias,
            groups=groups,
        )
        self._pad = None if even else (total // 2, total - total // 2) * 2

    def forward(self, x):
        """Returns [B, after, H / strides, W / strides] of [B, before, H, W]."""
        return super().forward(
            x if self._pad is None else functional.pad(x, self._pad)
        )


class Norm(nn.BatchNorm2d):
    """Batch normalization; frozen, it keeps its statistics and weights."""

    def __init__(self, channels: int, momentum: float, frozen: bool = False):
        super().__init__(channels, _EPSILON, momentum)
        self._frozen = frozen
        self.requires_grad_(not frozen)

    def train(self, mode: bool = True):
        """As in `nn.Module`."""
        return super().train(mode and not self._frozen)


class Encoder(nn.Module):
    """Image [B, 3, H, W], RGB in 0..255 -> features by stride.

    Attributes:
        channels: Of the features at each stride.
        normalizes: Whether the network normalizes them.
    """

    channels = {4: 24, 8: 40, 16: 112, 32: 320}
    normalizes = True

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict()
        self._add("lite_stem", Conv(3, 32, 3, 2, bias=False), 32)
        self._blocks, channels, stride = [], 32, 2
        for kernel, strides, expansion, after, repeats in _STAGES:
            stride *= strides
            for i in range(repeats):
                step = strides if i == 0 else 1
                self._add_block(kernel, step, expansion, channels, after)
                channels = after
            self._blocks[-1] += (stride,)

    def forward(self, image):
        """Returns features [B, C, H / stride, W / stride] by stride."""
        x = self._relu6(image / 128 - 127 / 128, "lite_stem")
        features = {}
        for name, expands, adds, *stride in self._blocks:
            y = self._relu6(x, f"{name}_expand") if expands else x
            y = self._relu6(y, f"{name}_depthwise")
            y = self._normalized(y, f"{name}_project")
            x = x + y if adds else y
            features.update(dict.fromkeys(stride, x))
        return features

    def _add_block(self, kernel, strides, expansion, before, after):
        name, wide = f"lite_{len(self._blocks)}", expansion * before
        if expansion > 1:
            self._add(f"{name}_expand", Conv(before, wide, 1, bias=False), wide)
        depthwise = Conv(wide, wide, kernel, strides, bias=False, groups=wide)
        self._add(f"{name}_depthwise", depthwise, wide)
        self._add(f"{name}_project", Conv(wide, after, 1, bias=False), after)
        adds = strides == 1 and before == after
        self._blocks.append((name, expansion > 1, adds))

    def _add(self, name: str, layer: nn.Module, channels: int):
        self.layers[name] = layer
        self.layers[f"{name}_norm"] = Norm(channels, 0.01, frozen=True)

    def _normalized(self, x, name: str) -> torch.Tensor:
        return self.layers[f"{name}_norm"](self.layers[name](x))

    def _relu6(self, x, name: str) -> torch.Tensor:
        return functional.relu6(self._normalized(x, name))

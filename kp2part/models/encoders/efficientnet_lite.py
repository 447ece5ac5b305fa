"""EfficientNet-Lite as an image encoder: strong features at low cost.

EfficientNet-B0 to B2 ([Tan & Le, 2019](https://arxiv.org/abs/1905.11946))
without squeeze-and-excitation and with ReLU6 instead of swish, as their
authors' own `efficientnet-lite0` to 2. Keras does not include them. In a small
network, Lite0 is as cheap as SqueezeNet.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import math

import keras
import numpy as np

PREFIX = "lite_"  # Prefix of the names of all pretrained layers.

# For each stage of Lite0: kernel, strides, expansion, channels, repeats.
_STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
# Our names -> theirs, of convolutions and normalizations within a block.
_IN_BLOCK = {
    "expand": "_expand_conv",
    "expand_norm": "_bn0",
    "depthwise": "_depthwise_conv",
    "depthwise_norm": "_bn1",
    "project": "_project_conv",
    "project_norm": "_bn2",
}


@dataclasses.dataclass(frozen=True)
class EfficientNetLite:
    """One of them: a function that returns the skips of an image.

    Attributes:
        width: What the channels of Lite0 are multiplied by.
        depth: What its repeats are multiplied by.
    """

    width: float
    depth: float

    def __call__(self, image, heatmaps=None) -> dict:
        """Returns the skips.

        Args:
            image: float32 [B, H, W, 3], RGB in 0..255; H and W multiples of 32.
            heatmaps: [B, H, W, C] in [0, 1] to stack with its channels, or
                None.

        Returns:
            At stride 1 the image; at strides 2, 4, 8, 16 and 32 the output of
            the last block, of Lite0 with 16, 24, 40, 112 and 320 channels.
        """
        return _skips(image, heatmaps, self._stages())

    def layer_names(self) -> dict[str, str]:
        """Returns the layers with weights: our name -> PyTorch's."""
        return _layer_names(sum(repeats for *_, repeats in self._stages()))

    def _stages(self) -> Iterator[tuple[int, int, int, int, int]]:
        for i, (kernel, strides, expansion, channels, repeats) in enumerate(
            _STAGES
        ):
            # As in the authors' code, the first and the last stay as they are.
            if 0 < i < len(_STAGES) - 1:
                repeats = math.ceil(self.depth * repeats)
            channels = _multiple_of_8(self.width * channels)
            yield kernel, strides, expansion, channels, repeats


LITE0 = EfficientNetLite(1.0, 1.0)  # 2,998,304 parameters
LITE1 = EfficientNetLite(1.0, 1.1)  # 3,774,624
LITE2 = EfficientNetLite(1.1, 1.2)  # 4,413,488


def _multiple_of_8(channels: float) -> int:
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


def _skips(image, heatmaps, stages) -> dict:
    x = keras.layers.Rescaling(1 / 128, -127 / 128, name=f"{PREFIX}image")(
        image
    )
    skips = {1: x}
    x = _stem(x, heatmaps)
    stride, number = 2, 0
    for kernel, strides, expansion, channels, repeats in stages:
        stride *= strides
        for i in range(repeats):
            x = _block(
                x,
                f"{PREFIX}{number}",
                kernel,
                strides if i == 0 else 1,
                expansion,
                channels,
            )
            number += 1
        skips[stride] = x
    return skips


def from_pytorch(state: Mapping[str, np.ndarray]) -> dict[str, list]:
    """Returns the arrays of each layer in the layout of Keras.

    Args:
        state: Name -> array, the `state_dict` of the network of
            EfficientNet-PyTorch, with its names and order of axes.
    """
    blocks = {key.split(".")[1] for key in state if key.startswith("_blocks.")}
    names = _layer_names(len(blocks))
    return {ours: _of_layer(state, theirs) for ours, theirs in names.items()}


def _layer_names(num_blocks: int) -> dict[str, str]:
    names = {"stem": "_conv_stem", "stem_norm": "_bn0"}
    for number in range(num_blocks):
        for ours, theirs in _IN_BLOCK.items():
            names[f"{number}_{ours}"] = f"_blocks.{number}.{theirs}"
    del names["0_expand"], names["0_expand_norm"]  # Its expansion is 1.
    return {PREFIX + ours: theirs for ours, theirs in names.items()}


def _of_layer(state, name: str) -> list[np.ndarray]:
    kernel = state[f"{name}.weight"]
    if kernel.ndim == 1:
        rest = ("bias", "running_mean", "running_var")
        return [kernel, *(state[f"{name}.{key}"] for key in rest)]
    # Out, in (1 in a depthwise convolution), height, width.
    depthwise = name.endswith("_depthwise_conv")
    return [kernel.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))]


def _stem(image, heatmaps):
    def convolve(x, name):
        return keras.layers.Conv2D(32, 3, 2, "same", use_bias=False, name=name)(
            x
        )

    x = convolve(image, f"{PREFIX}stem")
    if heatmaps is not None:  # As if stacked: see `backbones.stem`.
        x = x + convolve(heatmaps, "heatmap_stem")
    return _normalize(x, f"{PREFIX}stem", relu=True)


def _block(x, name, kernel, strides, expansion, channels):
    inputs = x
    if expansion > 1:
        x = keras.layers.Conv2D(
            expansion * x.shape[-1], 1, use_bias=False, name=f"{name}_expand"
        )(x)
        x = _normalize(x, f"{name}_expand", relu=True)
    x = keras.layers.DepthwiseConv2D(
        kernel, strides, "same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = _normalize(x, f"{name}_depthwise", relu=True)
    x = keras.layers.Conv2D(
        channels, 1, use_bias=False, name=f"{name}_project"
    )(x)
    x = _normalize(x, f"{name}_project", relu=False)
    return x + inputs if inputs.shape == x.shape else x


def _normalize(x, name: str, relu: bool):
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_norm")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(x) if relu else x

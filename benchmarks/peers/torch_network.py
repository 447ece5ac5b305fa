"""The full model in PyTorch, as `kp2part.models.kp2part` describes it.

With an image encoder of this folder, and batch normalization. Layers have
Keras's names.
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from benchmarks.peers import torch_encoder

# Stride of the input, channels of convolution and deconvolution in filters.
_DECODER = ((32, 16, 8), (16, 16, 8), (8, 16, 8), (4, 8, 2), (2, 4, 1))
_LAST = {4: 8, 2: 4, 1: 1}
_MOMENTUM = 0.1  # Of what is new.
SHUFFLE = "pose_shuffle"


class PartNetwork(nn.Module):
    """image [B, 3, S, S] and heatmaps [B, H, S, S] -> logits [B, P, S, S].

    Args:
        encoder: Image -> features by stride.
        stride: At which it predicts, of the encoder's; the logits are enlarged.
        num_heatmaps: H.
        num_parts: P.
        num_filters: Of the last decoder block.
        widths: Of Pose-to-Part, 5.
    """

    def __init__(
        self,
        encoder: nn.Module,
        stride: int,
        num_heatmaps: int,
        num_parts: int,
        num_filters: int,
        widths: Sequence[int],
    ):
        super().__init__()
        self.encoder = encoder
        self._stride = stride
        self._blocks = [x for x in _DECODER if x[0] > stride]
        self.layers = nn.ModuleDict()
        self._add_pose(num_heatmaps, num_parts, widths)
        self._add_decoder(num_heatmaps + num_parts, num_parts, num_filters)

    def forward(self, image, heatmaps):
        """Returns the logits of pseudo parts and of parts."""
        pseudo = self._pose(heatmaps)
        finest = self._stride
        guides = [functional.avg_pool2d(heatmaps, finest), pseudo.softmax(1)]
        scales = {finest: torch.cat(guides, 1)}
        while finest < 32:
            finest *= 2
            scales[finest] = functional.avg_pool2d(scales[finest // 2], 2)
        parts = self._decode(self.encoder(image), scales)
        if self._stride == 1:
            return pseudo, parts
        return tuple(
            functional.interpolate(
                x, scale_factor=self._stride, mode="bilinear"
            )
            for x in (pseudo, parts)
        )

    def _add_pose(self, num_heatmaps, num_parts, widths):
        channels = num_heatmaps
        for i, width in enumerate(widths, start=1):
            self._add_block(f"pose_down{i}", channels, width, 2)
            channels = width
        # Of the input the half suffices.
        ups = (max(widths[0] // 2, 1), *widths[:-1])
        skips = (num_heatmaps, *widths)
        for i in self._ups():
            width = ups[i - 1]
            self.layers[f"{SHUFFLE}{i}"] = torch_encoder.Conv(
                channels, 4 * width, 3
            )
            self._add_block(f"pose_up{i}", width + skips[i - 1], width, 1)
            channels = width
        self.layers["pseudo_parts"] = torch_encoder.Conv(channels, num_parts, 1)

    def _add_block(self, name, before, after, strides):
        for part, size, source, step in (
            ("conv1", 3, before, strides),
            ("conv2", 3, after, 1),
            ("skip", 1, before, 1),
        ):
            self.layers[f"{name}_{part}"] = torch_encoder.Conv(
                source, after, size, step, bias=False
            )
            self.layers[f"{name}_{part}_norm"] = torch_encoder.Norm(
                after, _MOMENTUM
            )

    def _add_decoder(self, num_guides, num_parts, num_filters):
        channels, skips = 0, self.encoder.channels
        if self.encoder.normalizes:
            for stride, skip in skips.items():
                self.layers[f"skip{stride}_norm"] = torch_encoder.Norm(
                    skip, _MOMENTUM
                )
        for i, (stride, mid, out) in zip(
            self._ups(), self._blocks, strict=True
        ):
            channels += skips[stride] + num_guides
            mid, out = mid * num_filters, out * num_filters
            self.layers[f"decoder{i}_conv"] = torch_encoder.Conv(
                channels, mid, 3
            )
            self.layers[f"decoder{i}_deconv"] = nn.ConvTranspose2d(
                mid, out, 4, 2, padding=1
            )
            channels = out
        last = _LAST[self._stride] * num_filters
        self.layers["decoder0_conv"] = torch_encoder.Conv(
            channels + skips[self._stride] + num_guides, last, 3
        )
        self.layers["parts"] = torch_encoder.Conv(last, num_parts, 1)

    def _pose(self, heatmaps):
        skips = [heatmaps]
        for i in range(1, 6):
            skips.append(self._block(skips[-1], f"pose_down{i}", 2))
        x = skips.pop()
        for i in self._ups():
            x = functional.pixel_shuffle(self.layers[f"{SHUFFLE}{i}"](x), 2)
            x = torch.cat([x, skips.pop()], 1)
            x = self._block(x, f"pose_up{i}", 1)
        return self.layers["pseudo_parts"](x)

    def _block(self, x, name, strides):
        y = functional.relu(self._normalized(x, f"{name}_conv1"))
        y = self._normalized(y, f"{name}_conv2")
        picked = x[:, :, ::strides, ::strides]
        return functional.relu(y + self._normalized(picked, f"{name}_skip"))

    def _normalized(self, x, name):
        return self.layers[f"{name}_norm"](self.layers[name](x))

    def _decode(self, features, scales):
        x = []
        for i, (stride, _, _) in zip(self._ups(), self._blocks, strict=True):
            joined = torch.cat([*x, *self._seen(stride, features, scales)], 1)
            y = functional.relu(self.layers[f"decoder{i}_conv"](joined))
            x = [functional.relu(self.layers[f"decoder{i}_deconv"](y))]
        joined = torch.cat([*x, *self._seen(self._stride, features, scales)], 1)
        y = functional.relu(self.layers["decoder0_conv"](joined))
        return self.layers["parts"](y)

    def _seen(self, stride, features, scales):
        skip = features[stride]
        if self.encoder.normalizes:
            skip = self.layers[f"skip{stride}_norm"](skip)
        return skip, scales[stride]

    def _ups(self) -> range:
        """Returns the numbers of the blocks that enlarge."""
        return range(5, 5 - len(self._blocks), -1)

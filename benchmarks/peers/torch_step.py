"""A training step of the full model in PyTorch: the losses of kp2part, AdamW.

The losses are those of `kp2part.models.losses`, without pixels to ignore.
"""

from collections.abc import Mapping
import sys

import numpy as np
import torch
from torch.nn import functional

from benchmarks.peers import torch_network

# PyTorch with CUDA brings it, for GPUs only, and optimizers import it: beside
# TensorFlow that crashes.
sys.modules.setdefault("triton", None)


class Step:
    """Steps on one batch.

    Args:
        network: The network.
        weights: Of the losses of pseudo parts and of parts.
        dice_weight: Of soft Dice in each; that of cross-entropy is 1.
        learning_rate: Of AdamW.
        weight_decay: Likewise.
        memory_format: In which PyTorch keeps maps.
    """

    def __init__(
        self,
        network: torch_network.PartNetwork,
        weights: tuple[float, float],
        dice_weight: float,
        learning_rate: float,
        weight_decay: float,
        memory_format=torch.contiguous_format,
    ):
        self._network = network.to(memory_format=memory_format).train()
        self._weights = weights
        self._dice_weight = dice_weight
        self._format = memory_format
        self._optimizer = torch.optim.AdamW(
            [x for x in network.parameters() if x.requires_grad],
            learning_rate,
            eps=1e-7,
            weight_decay=weight_decay,
            fused=True,
        )

    def __call__(
        self, inputs: Mapping[str, np.ndarray], labels: np.ndarray
    ) -> float:
        """Takes a step and returns the loss before it.

        Args:
            inputs: image float32 [B, S, S, 3] and heatmaps [B, S, S, H].
            labels: int [B, S, S], part ids.
        """
        self._optimizer.zero_grad()
        outputs = self._network(
            *(self._maps(inputs[name]) for name in ("image", "heatmaps"))
        )
        labels = torch.from_numpy(labels)
        loss = sum(
            weight * self._loss(logits, labels)
            for weight, logits in zip(self._weights, outputs, strict=True)
        )
        loss.backward()
        self._optimizer.step()
        return loss.item()

    def _maps(self, values: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(values).permute(0, 3, 1, 2)
        return tensor.contiguous(memory_format=self._format)

    def _loss(self, logits, labels):
        log_p = functional.log_softmax(logits, 1)
        entropy = functional.nll_loss(log_p, labels)
        if not self._dice_weight:
            return entropy
        targets = functional.one_hot(labels, logits.shape[1])
        targets = targets.permute(0, 3, 1, 2).to(logits.dtype)
        p, axes = log_p.exp(), (0, 2, 3)
        overlap, area = (targets * p).sum(axes), targets.sum(axes)
        dice = 1 - 2 * overlap / (area + p.sum(axes)).clamp(min=1e-6)
        return entropy + self._dice_weight * dice[area > 0].mean()

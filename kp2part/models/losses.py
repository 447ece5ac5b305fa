"""Losses on part logits [B, H, W, P]."""

import keras

from kp2part.models import replicas
from kp2part.schema import keys


@keras.saving.register_keras_serializable(package="kp2part")
class PartLoss(keras.losses.Loss):
    """Cross-entropy per pixel, optionally plus soft Dice per part.

    The paper uses cross-entropy alone (equations 1 and 2). Dice weights parts
    equally, a tail as much as a torso: `1 - 2 |P T| / (|P| + |T|)`, summed over
    the batch before dividing and averaged over the parts that occur in it
    (Milletari et al., 2016, in its unsquared form).

    Both exclude pixels of `keys.IGNORE_LABEL`.

    Args:
        dice_weight: Weight of Dice; that of cross-entropy is 1.

    Call arguments:
        y_true: uint8 [B, H, W], part ids.
        y_pred: float32 [B, H, W, P], logits.
    """

    def __init__(self, dice_weight: float = 0.0, name="part_loss", **kwargs):
        # `call` returns a scalar mean: the reduction does not change it.
        super().__init__(name=name, **kwargs)
        if dice_weight < 0:
            raise ValueError(
                "`dice_weight` must not be negative. Received: "
                f"dice_weight={dice_weight}"
            )
        self.dice_weight = dice_weight

    def call(self, y_true, y_pred):
        ops = keras.ops
        labels = ops.cast(y_true, "int32")
        known = ops.cast(labels != keys.IGNORE_LABEL, y_pred.dtype)
        # one_hot of an ignored label is all zeros.
        targets = ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
        log_p = ops.log_softmax(y_pred, axis=-1)
        entropy = -replicas.total(ops.sum(targets * log_p))
        loss = entropy / ops.maximum(replicas.total(ops.sum(known)), 1.0)
        if self.dice_weight:
            dice = self._dice(targets, ops.exp(log_p) * known[..., None])
            loss += self.dice_weight * dice
        return replicas.equal_part(loss)

    def _dice(self, targets, probabilities):
        ops = keras.ops
        axes = (0, 1, 2)
        overlap = replicas.total(ops.sum(targets * probabilities, axes))
        area = replicas.total(ops.sum(targets, axes))
        total = area + replicas.total(ops.sum(probabilities, axes))
        present = ops.cast(area > 0, targets.dtype)
        loss = 1 - 2 * overlap / ops.maximum(total, 1e-6)
        return ops.sum(loss * present) / ops.maximum(ops.sum(present), 1.0)

    def get_config(self):
        return {**super().get_config(), "dice_weight": self.dice_weight}

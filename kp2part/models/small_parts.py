"""Leaves out parts that are too small to be right.

Where a network takes some pixels for a part that cannot be seen, these are few.
"""

import keras
from keras import ops

from kp2part.schema import keys

_NEVER = -1e9  # A logit: its probability is 0 in float32.


@keras.saving.register_keras_serializable(package="kp2part")
class SmallParts(keras.layers.Layer):
    """Takes away the logits of parts that have too few pixels.

    Their pixels go to what is second there. The background always stays.

    Args:
        min_share: Share of the object's pixels, in [0, 1], below which a part
            is left out.

    Input shape: [B, H, W, P], logits; part 0 is the background.
    Output shape: as the input, float32.
    """

    def __init__(self, min_share: float, **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.min_share = min_share

    def call(self, inputs):
        labels = ops.argmax(inputs, axis=-1)
        areas = ops.sum(ops.one_hot(labels, inputs.shape[-1]), (1, 2))
        parts = areas[:, 1:]
        least = self.min_share * ops.sum(parts, axis=-1, keepdims=True)
        penalty = ops.where(parts < least, _NEVER, 0.0)
        penalty = ops.pad(penalty, [(0, 0), (1, 0)])
        return inputs + penalty[:, None, None, :]

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "min_share": self.min_share}


def leave_out(model: keras.Model, min_share: float) -> keras.Model:
    """Returns a network that leaves out small parts.

    Args:
        model: A network of `models`, or its average over mirror images.
        min_share: See `SmallParts`.

    Returns:
        A model with the same inputs and outputs, whose name has the share: a
        calibration is of predictions that are made alike.

    Raises:
        ValueError: The share is not in [0, 1].
    """
    if not 0 <= min_share <= 1:
        raise ValueError(
            f"`min_share` must be in [0, 1]. Received: min_share={min_share}"
        )
    inputs = {
        name: keras.Input(x.shape[1:], name=name)
        for name, x in model.input.items()
    }
    outputs = dict(model(inputs))
    outputs[keys.PARTS] = SmallParts(min_share, name="small_parts")(
        outputs[keys.PARTS]
    )
    return keras.Model(
        inputs, outputs, name=f"{model.name}_large_parts_{min_share:g}"
    )

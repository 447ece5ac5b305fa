"""Parts as gray levels and colors, as in Fang et al. (2018)."""

import keras

from kp2part.models import replicas
from kp2part.schema import keys


@keras.saving.register_keras_serializable("kp2part", "PaletteColours")
class PaletteColors(keras.layers.Layer):
    """Maps probabilities [B, H, W, P] to mean colors [B, H, W, 3] in [-1, 1].

    Uses the palette of VOC, in which Fang et al. draw their priors.
    """

    def call(self, inputs):
        ids = range(inputs.shape[-1])
        colors = [
            [sum(128 >> j for j in range(3) if i >> c & 1 << 3 * j)
             for c in range(3)]
            for i in ids
        ]  # fmt: skip
        colors = keras.ops.convert_to_tensor(colors, inputs.dtype)
        return keras.ops.matmul(inputs, colors / 127.5 - 1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 3)


@keras.saving.register_keras_serializable(package="kp2part")
class PaletteLogits(keras.layers.Layer):
    """Maps a gray image [B, H, W, 1] in [-1, 1] to logits [B, H, W, P].

    Fang et al. draw part i in gray level 35 i of 0..255 and predict the part of
    the nearest level. A logit is -100 times the distance to a part's level: 100
    is the weight of their loss, see `palette.PaletteLoss`.

    Args:
        num_parts: P.
    """

    def __init__(self, num_parts: int, **kwargs):
        super().__init__(**kwargs)
        self.num_parts = num_parts

    def call(self, inputs):
        levels = keras.ops.arange(self.num_parts, dtype=inputs.dtype)
        return -100.0 * keras.ops.abs(inputs - (levels * 35 / 127.5 - 1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_parts)

    def get_config(self):
        return {**super().get_config(), "num_parts": self.num_parts}


@keras.saving.register_keras_serializable(package="kp2part")
class PaletteLoss(keras.losses.Loss):
    """100 times the mean absolute error of gray levels (Fang et al., 2018).

    Takes the logits of `palette.PaletteLogits`, each -100 times a distance.
    Excludes pixels of `keys.IGNORE_LABEL`.

    Call arguments: as `PartLoss`.
    """

    def call(self, y_true, y_pred):
        ops = keras.ops
        labels = ops.cast(y_true, "int32")
        targets = ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
        known = ops.cast(labels != keys.IGNORE_LABEL, y_pred.dtype)
        error = -replicas.total(ops.sum(targets * y_pred))
        loss = error / ops.maximum(replicas.total(ops.sum(known)), 1.0)
        return replicas.equal_part(loss)

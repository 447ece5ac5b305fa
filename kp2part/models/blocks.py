"""Blocks and layers shared by the networks."""

import keras


def conv_relu(x, filters: int, name: str, kernel_size: int = 3):
    """Returns conv + ReLU of x [B, H, W, C]: [B, H, W, filters]."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        activation="relu",
        kernel_initializer="he_uniform",
        name=name,
    )(x)


def residual_block(
    x, filters: int, name: str, strides: int = 1, normalization: str = "batch"
):
    """Returns two 3x3 convolutions of x, added to a 1x1 projection of x.

    [He et al., 2016](https://arxiv.org/abs/1512.03385), figure 2.

    Args:
        x: [B, H, W, C].
        filters: Number of output channels.
        name: Prefix of the layers' names.
        strides: 2 halves height and width.
        normalization: "batch", "group" or "none".

    Returns:
        [B, H / strides, W / strides, filters].
    """

    def convolve(x, size, strides, part):
        x = keras.layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            use_bias=normalization == "none",
            kernel_initializer="he_uniform",
            name=f"{name}_{part}",
        )(x)
        return normalize(x, normalization, f"{name}_{part}_norm")

    y = keras.layers.ReLU()(convolve(x, 3, strides, "conv1"))
    y = convolve(y, 3, 1, "conv2")
    # Equals a strided 1x1 convolution, but oneDNN's gradient of that writes out
    # of bounds below 16 channels (TensorFlow 2.21, AVX2 and AVX-512).
    if strides > 1:  # Pooling picks pixels faster than a slice does.
        x = keras.layers.MaxPooling2D(1, strides, name=f"{name}_picked")(x)
    return keras.layers.ReLU(name=name)(y + convolve(x, 1, 1, "skip"))


def normalize(x, normalization: str, name: str):
    """Returns x after the normalization of that name."""
    if normalization == "none":
        return x
    if normalization == "batch":
        # The default of 0.99 takes epochs to converge on small data sets.
        return keras.layers.BatchNormalization(momentum=0.9, name=name)(x)
    if normalization == "group":
        # Groups of 8 channels: Wu & He, 2018, table 3.
        return keras.layers.GroupNormalization(
            max(x.shape[-1] // 8, 1), name=name
        )(x)
    raise ValueError(
        "`normalization` must be 'batch', 'group' or 'none'. Received: "
        f"normalization={normalization!r}"
    )


def pixel_shuffle(x, filters: int, name: str):
    """Returns x upsampled by 2 with a sub-pixel convolution.

    [Shi et al., 2016](https://arxiv.org/abs/1609.05158), section 2.2.

    Args:
        x: [B, H, W, C].
        filters: Number of output channels.
        name: Name of the convolution.

    Returns:
        [B, 2 H, 2 W, filters].
    """
    x = keras.layers.Conv2D(
        4 * filters,
        3,
        padding="same",
        kernel_initializer="he_uniform",
        name=name,
    )(x)
    return keras.ops.depth_to_space(x, 2)


def part_logits(x, num_parts: int, name: str):
    """Returns float32 logits [B, H, W, P] of features x [B, H, W, C].

    float32 under any precision policy: float16 overflows in the loss.
    """
    return keras.layers.Conv2D(num_parts, 1, dtype="float32", name=name)(x)


def enlarge(logits, factor: int):
    """Returns logits [B, H, W, P] upsampled by `factor`, bilinear, float32."""
    if factor == 1:
        return logits
    return keras.layers.UpSampling2D(
        factor, interpolation="bilinear", dtype="float32"
    )(logits)

"""Visual Evidence: image, and guidance from the pose -> parts."""

import keras

from kp2part import layers
from kp2part.models import architecture as architecture_lib
from kp2part.models import encoders

# Stride of its input, channels of the convolution and of the deconvolution, in
# multiples of `num_filters` (UNet16 of Shvets et al., 2018).
_BLOCKS = ((32, 16, 8), (16, 16, 8), (8, 16, 8), (4, 8, 2), (2, 4, 1))


def visual_evidence(
    image,
    guidance: list,
    num_parts: int,
    architecture: architecture_lib.Architecture,
    name: str,
    stacked=None,
):
    """Returns logits of the parts seen in an image.

    An image encoder, then 5 blocks of a convolution and a learnable
    deconvolution with skips (the paper, sections 3.2 and 4.2). Without guidance
    it is TernausNet.

    Args:
        image: float32 [B, H, W, 3], RGB in 0..255; H, W multiples of 32.
        guidance: Maps [B, H, W, C] that join the features at every scale of the
            decoder: heatmaps and pseudo parts. May be empty.
        num_parts: P.
        architecture: The encoder, the decoder's number of filters, and the
            normalisation of skips.
        name: Name of the output.
        stacked: Maps [B, H, W, C] in [0, 1] to stack to the image's channels.

    Returns:
        float32 [B, H, W, P].
    """
    skips = encoders.encode(
        architecture.encoder, image, stacked, architecture.normalization
    )
    num_filters = architecture.num_filters
    x = skips[32]
    for i, (stride, mid, out) in enumerate(_BLOCKS):
        if i:
            x = keras.layers.Concatenate()([x, skips[stride]])
        x = guide(x, guidance, stride)
        x = layers.conv_relu(x, mid * num_filters, f"decoder{5 - i}_conv")
        x = keras.layers.Conv2DTranspose(
            out * num_filters,
            4,
            strides=2,
            padding="same",
            activation="relu",
            kernel_initializer="he_uniform",
            name=f"decoder{5 - i}_deconv",
        )(x)
    x = guide(keras.layers.Concatenate()([x, skips[1]]), guidance, 1)
    x = layers.conv_relu(x, num_filters, "decoder0_conv")
    return layers.part_logits(x, num_parts, name)


def guide(x, guidance: list, stride: int):
    """Returns features with the guidance at their scale beside them.

    Args:
        x: Features [B, H / stride, W / stride, C].
        guidance: Maps [B, H, W, any].
        stride: Scale of `x`.
    """
    if not guidance:
        return x
    if stride > 1:
        pool = keras.layers.AveragePooling2D(stride)
        guidance = [pool(g) for g in guidance]
    return keras.layers.Concatenate()([x, *guidance])

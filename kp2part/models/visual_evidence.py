"""Visual Evidence: image and guidance from the pose -> parts."""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import blocks
from kp2part.models.encoders import backbones

# Of each block: stride of the input, channels of the convolution and of the
# deconvolution in multiples of `num_filters` (UNet16 of Shvets et al., 2018).
_BLOCKS = ((32, 16, 8), (16, 16, 8), (8, 16, 8), (4, 8, 2), (2, 4, 1))
_LAST_CONV = {4: 8, 2: 4, 1: 1}  # Output stride -> channels.


def visual_evidence(
    image,
    guidance: list,
    num_parts: int,
    architecture: architecture_lib.Architecture,
    name: str,
    stacked=None,
):
    """Returns logits of the parts seen in an image.

    An image encoder, then 5 blocks of a convolution and a transposed
    convolution, with skips (the paper, sections 3.2 and 4.2). Without guidance
    it is TernausNet.

    Args:
        image: float32 [B, H, W, 3], RGB in 0..255; H, W multiples of 32.
        guidance: Maps concatenated to the features at every scale of the
            decoder: heatmaps [B, H, W, any], and pseudo parts, possibly at a
            lower resolution. May be empty.
        num_parts: P.
        architecture: The encoder, the decoder's number of filters, and the
            normalization of skips.
        name: Name of the output.
        stacked: Maps [B, H, W, C] in [0, 1] to stack with the image channels.

    Returns:
        float32 [B, H, W, P].
    """
    finest, num_filters = architecture.output_stride, architecture.num_filters
    skips = backbones.encode(
        architecture.encoder, image, stacked, architecture.normalization
    )
    scales = pyramid(guidance, image.shape[1], finest)
    x = None
    for i, (stride, mid, out) in enumerate(_BLOCKS):
        if stride == finest:
            break
        x = join(x, skips[stride], scales.get(stride))
        x = blocks.conv_relu(x, mid * num_filters, f"decoder{5 - i}_conv")
        x = keras.layers.Conv2DTranspose(
            out * num_filters,
            4,
            strides=2,
            padding="same",
            activation="relu",
            kernel_initializer="he_uniform",
            name=f"decoder{5 - i}_deconv",
        )(x)
    x = join(x, skips[finest], scales.get(finest))
    x = blocks.conv_relu(x, _LAST_CONV[finest] * num_filters, "decoder0_conv")
    return blocks.enlarge(blocks.part_logits(x, num_parts, name), finest)


def pyramid(guidance: list, size: int, finest: int) -> dict:
    """Returns the guidance at every scale of the decoder.

    Args:
        guidance: Maps [B, h, w, any]; h, w are at least `size` / `finest`.
        size: H of the image.
        finest: Finest stride.

    Returns:
        Stride -> [B, H / stride, W / stride, C], all maps concatenated; empty
        without guidance.
    """
    if not guidance:
        return {}
    maps = join(*(shrink(x, x.shape[1] * finest // size) for x in guidance))
    scales = {finest: maps}
    while finest < 32:  # Means of means: the same result, cheaper.
        finest *= 2
        scales[finest] = maps = shrink(maps, 2)
    return scales


def shrink(x, factor: int):
    """Returns x downsampled by `factor`: means over squares of pixels."""
    return x if factor == 1 else keras.layers.AveragePooling2D(factor)(x)


def join(*features):
    """Returns all features [B, H, W, any] that are not None, concatenated."""
    given = [x for x in features if x is not None]
    return given[0] if len(given) == 1 else keras.layers.Concatenate()(given)

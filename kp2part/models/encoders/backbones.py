"""Image encoders with built-in preprocessing.

An encoder takes `image`, float32 [B, H, W, 3], RGB in 0..255, and optionally
heatmaps [B, H, W, C] to stack with its channels. It returns its skips: a dict
from stride to features [B, H / stride, W / stride, C].
"""

import keras

from kp2part.models import blocks
from kp2part.models.encoders import applications
from kp2part.models.encoders import efficientnet_lite

# Channel means (B, G, R) of ImageNet, as in the Caffe models.
MEAN = (103.939, 116.779, 123.68)

# SqueezeNet's fire modules between poolings: number, squeeze and expand
# channels.
_FIRES = (
    ((2, 16, 64), (3, 16, 64)),
    ((4, 32, 128), (5, 32, 128)),
    ((6, 48, 192), (7, 48, 192), (8, 64, 256), (9, 64, 256)),
)


def caffe_preprocessing(image):
    """Returns `image` as the Keras weights of VGG-16 and SqueezeNet expect it.

    Args:
        image: float32 [B, H, W, 3], RGB in 0..255.

    Returns:
        [B, H, W, 3], BGR minus the mean of ImageNet.
    """
    bgr = keras.ops.flip(image, axis=-1)
    return keras.layers.Normalization(
        mean=MEAN, variance=(1.0, 1.0, 1.0), name="caffe_preprocessing"
    )(bgr)


def stem(image, heatmaps, filters: int, strides: int, name: str):
    """Returns the first convolution of an encoder, with ReLU.

    Args:
        image: [B, H, W, 3], preprocessed.
        heatmaps: [B, H, W, C] in [0, 1], or None. The sum of a convolution of
            the image and one of the heatmaps is a convolution of both stacked;
            that of the image keeps its pretrained weights.
        filters: Number of output channels.
        strides: 1 or 2.
        name: Name of the image's convolution.

    Returns:
        [B, H / strides, W / strides, filters].
    """

    def convolve(x, use_bias, name):
        return keras.layers.Conv2D(
            filters,
            3,
            strides=strides,
            padding="same",
            use_bias=use_bias,
            kernel_initializer="he_uniform",
            name=name,
        )(x)

    x = convolve(image, True, name)
    if heatmaps is not None:
        # To the range of the image.
        heatmaps = keras.layers.Rescaling(255.0, name="heatmap_scale")(heatmaps)
        x = x + convolve(heatmaps, False, "heatmap_stem")
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def vgg16(image, heatmaps=None) -> dict:
    """Returns the skips of VGG-16: the last ReLU of each stage, and pool5.

    [Simonyan & Zisserman, 2015](https://arxiv.org/abs/1409.1556),
    configuration D; skips as in UNet16 (Shvets et al., 2018). 14,714,688
    parameters.

    Returns:
        Features at strides 1, 2, 4, 8, 16 and 32, with 64, 128, 256, 512, 512
        and 512 channels.
    """
    x = caffe_preprocessing(image)
    skips = {}
    stages = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
    for i, (filters, num_convs) in enumerate(stages, start=1):
        for j in range(1, num_convs + 1):
            name = f"block{i}_conv{j}"
            if i == j == 1:
                x = stem(x, heatmaps, filters, 1, name)
            else:
                x = blocks.conv_relu(x, filters, name)
        skips[2 ** (i - 1)] = x
        x = keras.layers.MaxPooling2D(name=f"block{i}_pool")(x)
    return {**skips, 32: x}


def squeezenet(image, heatmaps=None) -> dict:
    """Returns the skips of SqueezeNet 1.1, the last one pooled once more.

    [Iandola et al., 2016](https://arxiv.org/abs/1602.07360), version 1.1 of the
    authors' repository, padded so that sizes halve exactly. 722,496 parameters.

    Returns:
        Features at strides 1, 2, 4, 8, 16 and 32, with 3, 64, 128, 256, 512
        and 512 channels. Stride 1 is the image itself, as the first convolution
        has stride 2.
    """
    x = caffe_preprocessing(image)
    skips = {1: x}
    x = stem(x, heatmaps, 64, 2, "conv1")
    skips[2] = x
    for i, modules in enumerate(_FIRES):
        x = keras.layers.MaxPooling2D(3, 2, "same", name=f"pool{2 * i + 1}")(x)
        for number, squeeze, expand in modules:
            x = _fire(x, squeeze, expand, f"fire{number}")
        skips[4 * 2**i] = x
    skips[32] = keras.layers.MaxPooling2D(name="pool9")(x)
    return skips


ENCODERS = {
    "vgg16": vgg16,
    "squeezenet": squeezenet,
    "efficientnet_lite0": efficientnet_lite.LITE0,
    "efficientnet_lite1": efficientnet_lite.LITE1,
    "efficientnet_lite2": efficientnet_lite.LITE2,
}
# The root mean square of their features is 15 to 66 and 3 to 8, respectively,
# at all strides, while heatmaps are at most 1: without scaling, a decoder with
# few filters takes epochs to use the pose.
_SKIP_SCALES = {
    "squeezenet": 1 / 32,
    "efficientnet_lite0": 1 / 8,
    "efficientnet_lite1": 1 / 8,
    "efficientnet_lite2": 1 / 8,
}
NAMES = (*ENCODERS, *applications.CONSTRUCTORS)


def encode(name: str, image, heatmaps=None, normalization="batch") -> dict:
    """Returns the skips of an encoder.

    Args:
        name: One of `NAMES`.
        image: float32 [B, H, W, 3], RGB in 0..255.
        heatmaps: See `stem`.
        normalization: Normalization of the skips, except for VGG-16 (as in the
            paper): "batch", "group", or "none", which only scales those of
            SqueezeNet and EfficientNet-Lite by a constant.
    """
    if name == "vgg16":
        return vgg16(image, heatmaps)
    if name in applications.CONSTRUCTORS:
        skips = applications.encode(name, image, heatmaps)
    elif name in ENCODERS:
        skips = ENCODERS[name](image, heatmaps)
    else:
        raise ValueError(
            f"`encoder` must be one of {sorted(NAMES)}. Received: "
            f"encoder={name!r}"
        )
    return _normalize(skips, normalization, _SKIP_SCALES.get(name, 1.0))


def _normalize(skips: dict, normalization: str, scale: float) -> dict:
    if normalization == "none":
        scaled = keras.layers.Rescaling(scale, name="skip_scale")
        return {stride: scaled(features) for stride, features in skips.items()}
    return {
        stride: blocks.normalize(features, normalization, f"skip{stride}_norm")
        for stride, features in skips.items()
    }


def _fire(x, squeeze: int, expand: int, name: str):
    x = blocks.conv_relu(x, squeeze, f"{name}_squeeze1x1", kernel_size=1)
    narrow = blocks.conv_relu(x, expand, f"{name}_expand1x1", kernel_size=1)
    wide = blocks.conv_relu(x, expand, f"{name}_expand3x3")
    return keras.layers.Concatenate(name=f"{name}_concat")([narrow, wide])

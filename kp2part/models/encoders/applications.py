"""Image encoders from `keras.applications`, with skips found by stride.

For users who can download their weights. Each preprocesses the image itself.
"""

import keras

# Name -> (constructor, arguments). All take RGB in 0..255.
CONSTRUCTORS = {
    "convnext_tiny": keras.applications.ConvNeXtTiny,
    "efficientnetv2_b0": keras.applications.EfficientNetV2B0,
    "mobilenetv3_large": keras.applications.MobileNetV3Large,
}
_STRIDES = (2, 4, 8, 16, 32)
ENCODER = "encoder"  # Name of the nested model.


def construct(
    name: str, weights: str | None = None, input_shape=None
) -> keras.Model:
    """Returns the Keras model, without its classifier.

    Args:
        name: One of `CONSTRUCTORS`.
        weights: None or "imagenet", which downloads them.
        input_shape: (H, W, 3).
    """
    return CONSTRUCTORS[name](
        include_top=False,
        weights=weights,
        include_preprocessing=True,
        input_shape=input_shape,
    )


def encode(name: str, image, heatmaps=None) -> dict:
    """Returns the skips of an encoder, as `backbones.encode` does.

    A skip is the last feature map at its stride. Stride 1 is the image. Without
    features at stride 2 (ConvNeXt starts with 4), that skip is the image at
    half size.

    Args:
        name: One of `CONSTRUCTORS`.
        image: float32 [B, H, W, 3], RGB in 0..255.
        heatmaps: [B, H, W, C] in [0, 1] as further input, or None. A
            convolution maps them to 3 channels, which are added to the image.
    """
    scaled = keras.layers.Rescaling(1 / 255, name="encoder_image")(image)
    if heatmaps is not None:
        image = image + 255 * keras.layers.Conv2D(
            3, 3, padding="same", name="heatmap_stem"
        )(heatmaps)
    skips = {1: scaled, **_features(name, image.shape[1:])(image)}
    if "2" not in skips:
        skips["2"] = keras.layers.AveragePooling2D(2)(scaled)
    return {int(stride): features for stride, features in skips.items()}


def _features(name: str, shape: tuple[int, ...]) -> keras.Model:
    # Nested: not all of these networks accept an existing tensor as input.
    model = construct(name, input_shape=shape)
    skips = {}
    for layer in model.layers:
        size = getattr(layer.output, "shape", ())
        if len(size) == 4 and size[1] and shape[0] % size[1] == 0:
            skips[shape[0] // size[1]] = layer.output
    return keras.Model(
        model.input,
        {str(stride): skips[stride] for stride in _STRIDES if stride in skips},
        name=ENCODER,
    )


def load_into(model: keras.Model, name: str, weights: str) -> int:
    """Loads pretrained weights into the encoder of `model`.

    Args:
        model: A network with that encoder.
        name: One of `CONSTRUCTORS`.
        weights: "imagenet", or the path of a file from
            `construct(name).save_weights` or from the site of Keras (notop).

    Returns:
        The number of layers that were loaded.
    """
    shape = (*model.input["image"].shape[1:3], 3)
    downloaded = "imagenet" if weights == "imagenet" else None
    trained = construct(name, downloaded, input_shape=shape)
    if not downloaded:
        trained.load_weights(weights)
    encoder = model.get_layer(ENCODER)
    layers = [layer for layer in trained.layers if layer.weights]
    for layer in layers:
        encoder.get_layer(layer.name).set_weights(layer.get_weights())
    return len(layers)

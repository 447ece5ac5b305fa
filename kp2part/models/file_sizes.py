"""How large the contents of a file of weights claim to be, before it is read.

A few kilobytes of a zip or HDF5 file can claim gigabytes of zeros. Weights
hardly compress: what claims many times the size that is stored is no file of
weights.
"""

from collections.abc import Iterable
import io
import json
import math
import os
import pathlib
from typing import Any
import zipfile

import h5py

_MAX_EXPANSION = 20
_ALLOWANCE = 64 << 20  # Bytes; what any file may claim.
_WEIGHTS = "model.weights.h5"
_CONFIG = "config.json"
# Of the settings of layers. With twice as many channels than the largest
# network has, one convolution takes gigabytes.
_LARGEST_SIZE = 2**15
_SIZES = (
    *("batch_shape", "build_config", "cropping", "filters", "input_dim"),
    *("kernel_size", "key_dim", "num_heads", "num_parts", "output_dim"),
    *("padding", "pool_size", "shape", "size", "target_shape", "units"),
)


def check_keras(path: str | os.PathLike):
    """Checks a `.keras` file.

    Raises:
        ValueError: It claims to hold far more than is stored, or to describe
            a network of absurd size.
        zipfile.BadZipFile: It is no zip file.
    """
    with zipfile.ZipFile(path) as archive:
        check_zip(archive)
        names = archive.namelist()
        if _CONFIG in names:
            check_layers(json.loads(archive.read(_CONFIG)))
        if _WEIGHTS in names:
            with h5py.File(io.BytesIO(archive.read(_WEIGHTS))) as file:
                check_h5(file)


def check_zip(archive: zipfile.ZipFile):
    """Checks the sizes that a zip file declares, member by member.

    Raises:
        ValueError: One is far larger than what is stored.
    """
    for member in archive.infolist():
        _check(member.filename, member.file_size, member.compress_size)


def check_h5(file: h5py.File):
    """Checks the sizes of the arrays that an HDF5 file declares.

    Raises:
        ValueError: Together they are far larger than what is stored; or one is
            in another file.
    """
    sizes = [(0, 0)]

    def visit(name: str, item):
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise ValueError(f"{name}: must be in the file itself.")
            sizes.append((item.nbytes, item.id.get_storage_size()))

    file.visititems(visit)
    declared, stored = map(sum, zip(*sizes, strict=True))
    _check("arrays", declared, stored)


def check_layers(config: Any):
    """Checks the sizes in the JSON of a network's layers.

    Raises:
        ValueError: One is beyond any network's; the message names the setting.
    """
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            for name in _SIZES:
                _check_size(name, value.get(name))


def check_variables(shapes: Iterable[list[int]], files: Iterable[pathlib.Path]):
    """Checks the shapes of the variables of a checkpoint of TensorFlow.

    Args:
        shapes: Of the variables.
        files: What holds their contents.

    Raises:
        ValueError: The variables do not fit into the files.
    """
    declared = sum(map(math.prod, shapes))
    _check("variables", declared, sum(file.stat().st_size for file in files))


def _check_size(name: str, value: Any):
    sizes = value if isinstance(value, list) else [value]
    for size in sizes:
        if isinstance(size, list):
            _check_size(name, size)
        elif isinstance(size, int) and abs(size) > _LARGEST_SIZE:
            raise ValueError(
                f"`{name}` of a layer must be at most {_LARGEST_SIZE}. "
                f"Received: {size}"
            )


def _check(name: str, declared: int, stored: int):
    if declared > _MAX_EXPANSION * stored + _ALLOWANCE:
        raise ValueError(
            f"{name}: {declared} bytes are declared, and {stored} stored: "
            "these are no weights."
        )

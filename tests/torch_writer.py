"""Writes what `torch.save` wrote before PyTorch 1.6, without PyTorch."""

from collections.abc import Mapping
import pickle
import sys
import types
from typing import IO
from unittest import mock

import numpy as np

_STORAGES = {"float32": "FloatStorage", "int64": "LongStorage"}


def _rebuild_tensor_v2():
    """Only its name is written."""


_rebuild_tensor_v2.__module__ = "torch._utils"
_KINDS = {
    dtype: type(name, (), {"__module__": "torch"})
    for dtype, name in _STORAGES.items()
}
_MODULES = {
    "torch": types.SimpleNamespace(**{k.__name__: k for k in _KINDS.values()}),
    "torch._utils": types.SimpleNamespace(
        _rebuild_tensor_v2=_rebuild_tensor_v2
    ),
}


class _Storage:
    def __init__(self, key: str, array: np.ndarray):
        self.key, self.array = key, array


class _Tensor:
    def __init__(self, storage: _Storage):
        self.storage = storage

    def __reduce__(self):
        array = self.storage.array
        steps = tuple(step // array.itemsize for step in array.strides)
        arguments = (self.storage, 0, array.shape, steps, False, {})
        return _rebuild_tensor_v2, arguments


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        if not isinstance(obj, _Storage):
            return None
        kind = _KINDS[obj.array.dtype.name]
        return "storage", kind, obj.key, "cpu", obj.array.size, None


def write(state: Mapping[str, np.ndarray], file: IO[bytes]):
    """Writes a `state_dict`; arrays keep their strides."""
    storages = [
        _Storage(str(i), array) for i, array in enumerate(state.values())
    ]
    tensors = dict(zip(state, map(_Tensor, storages), strict=True))
    keys = [storage.key for storage in storages]
    headers = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    with mock.patch.dict(sys.modules, _MODULES):
        for value in (*headers, tensors, keys):
            _Pickler(file, protocol=2).dump(value)
    for storage in storages:
        file.write(storage.array.size.to_bytes(8, "little"))
        file.write(storage.array.tobytes("A"))

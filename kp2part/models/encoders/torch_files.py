"""Reads arrays from files written by PyTorch, without PyTorch.

Such a file is five pickles followed by the bytes of each storage (the format of
`torch.save` before PyTorch 1.6). Unpickling can execute arbitrary code, so only
the types that a `state_dict` consists of are allowed.
"""

import collections
import dataclasses
import pickle
import types
from typing import IO

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclasses.dataclass(frozen=True)
class _Tensor:
    """The place of a tensor in a storage; offset and steps in elements."""

    storage: tuple[str, np.dtype]
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]

    def read(self, storages: dict[str, bytes]) -> np.ndarray:
        key, dtype = self.storage
        return np.ndarray(
            self.shape,
            dtype,
            storages[key],
            self.offset * dtype.itemsize,
            tuple(step * dtype.itemsize for step in self.steps),
        )


def read_state_dict(file: IO[bytes]) -> dict[str, np.ndarray]:
    """Returns the arrays of a `state_dict`.

    Args:
        file: A file written by `torch.save(model.state_dict(), file)`.

    Raises:
        ValueError: It is not such a file, or contains anything other than
            float32 and int64 arrays.
    """
    try:
        if _load(file) != _MAGIC:
            raise ValueError("not a file of torch.save before PyTorch 1.6")
        _load(file), _load(file)  # Version of the format, sizes of C types.
        tensors, keys = _load(file), _load(file)
        dtypes = dict(tensor.storage for tensor in tensors.values())
        storages = {key: _read_storage(file, dtypes[key]) for key in keys}
        return {name: t.read(storages) for name, t in tensors.items()}
    except (
        *(pickle.UnpicklingError, EOFError, AttributeError),
        *(KeyError, TypeError, IndexError, OverflowError, MemoryError),
    ) as error:
        raise ValueError(f"not a state_dict of PyTorch ({error})") from error


def _read_storage(file: IO[bytes], dtype: np.dtype) -> bytes:
    length = int.from_bytes(file.read(8), "little") * dtype.itemsize
    data = file.read(length)
    if len(data) != length:
        raise EOFError(f"{length} bytes expected, {len(data)} left")
    return data


def _load(file: IO[bytes]):
    return _Unpickler(file, encoding="utf-8").load()


def _rebuild(storage, offset, shape, steps, *unused) -> _Tensor:
    del unused  # `requires_grad` and hooks.
    return _Tensor(storage, offset, shape, steps)


class _Unpickler(pickle.Unpickler):
    """Builds `_Tensor`s, and rejects all other types."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _DTYPES:
            return types.SimpleNamespace(dtype=_DTYPES[name])
        raise pickle.UnpicklingError(f"it contains {module}.{name}")

    def persistent_load(self, saved_id):
        _, storage, key, *_ = saved_id
        return key, storage.dtype

"""Reads arrays from files written by PyTorch, without PyTorch.

Such a file is five pickles followed by the bytes of each storage (the format of
`torch.save` before PyTorch 1.6). Unpickling can execute arbitrary code, so only
the types that a `state_dict` consists of are allowed.
"""

import collections
import dataclasses
import io
import math
import pickle
import pickletools
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
        if not all(isinstance(length, int) for length in self.shape):
            raise TypeError("a shape must be of integers")
        # Steps of 0 would repeat a few elements any number of times.
        if math.prod(self.shape) * dtype.itemsize > len(storages[key]):
            raise IndexError(
                f"a tensor of shape {self.shape} of {len(storages[key])} bytes"
            )
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
    file = _Bounded(file)
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


class _Bounded:
    """A file that is asked for no more bytes than it has.

    Python makes room for all of them first, be it gigabytes.
    """

    def __init__(self, file: IO[bytes]):
        self.file = file
        here = file.tell()
        self.size = file.seek(0, io.SEEK_END)
        file.seek(here)

    def read(self, count: int) -> bytes:
        if not 0 <= count <= self.size - self.file.tell():
            raise EOFError(f"{count} bytes expected, the file has {self.size}")
        return self.file.read(count)

    def readline(self) -> bytes:
        return self.file.readline()

    def tell(self) -> int:
        return self.file.tell()

    def seek(self, place: int):
        self.file.seek(place)


def _load(file: _Bounded):
    _check_memo(file)
    return _Unpickler(file, encoding="utf-8").load()


def _check_memo(file: _Bounded):
    # The unpickler makes room for all numbers of objects up to the largest.
    begin, count = file.tell(), 0
    try:
        for operation, argument, _ in pickletools.genops(file):
            count += 1
            if operation.name.endswith("PUT") and argument > count:
                raise pickle.UnpicklingError(f"object {argument} of {count}")
    except ValueError as error:
        raise pickle.UnpicklingError(str(error)) from error
    file.seek(begin)


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

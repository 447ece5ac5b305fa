"""Reads MATLAB 5 files: numbers, texts and structs.

For the format see "MAT-File Format" by MathWorks. SciPy reads it too, but some
corrupt files crash the process, and it allocates memory before it checks sizes.
Here all lengths are compared with each other: a corrupt file is an error.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import math
import struct
from typing import Any

import numpy as np

from kp2part.formats.pascal import mat_stream
from kp2part.schema import keys

_MAX_STRUCTS = 100_000
_MAX_DEPTH = 16
_MATRIX, _COMPRESSED = 14, 15
_UINT32, _INT32, _INT8 = 6, 5, 1
# Types of stored numbers, and classes of arrays, by the format's numbers.
_STORED = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8",
    12: "i8", 13: "u8",
}  # fmt: skip
_TEXTS = {1: "utf-8", 2: "utf-8", 4: "utf-16", 16: "utf-8", 17: "utf-16"}
_NUMBERS = range(6, 16)
_STRUCT, _TEXT = 2, 4
_COMPLEX = 0x800


class Unknown:
    """An array of a class that is not supported, e.g. a cell array."""


def variables(contents: bytes) -> dict[str, Any]:
    """Returns the variables of a file by name.

    A struct array of any shape becomes a list of dicts; a text a `str`; numbers
    an array of the type in which they are stored, which MATLAB chooses as small
    as possible; anything else `Unknown`.

    Args:
        contents: The bytes of the file.

    Raises:
        mat_stream.BrokenMat: The file is truncated, corrupt or too large.
    """
    order = _byte_order(contents)
    stream = mat_stream.Stream(contents[128:], read_before=128)
    found = {}
    while not stream.at_end():
        name, value = _Reader(stream, order).variable()
        if name in found:
            raise mat_stream.BrokenMat(f"has two variables {name!r:.40}")
        found[name] = value
    return found


def _byte_order(contents: bytes) -> str:
    orders = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
    if (order := orders.get(contents[124:128])) is None:
        hint = ""
        if contents[:10] == b"MATLAB 7.3" or contents[512:516] == b"\x89HDF":
            hint = " This is version 7.3: save it with -v7"
        raise mat_stream.BrokenMat(
            "must have the header of MATLAB 5 (versions 5 to 7)." + hint
        )
    return order


class _Reader:
    """Reads the elements of a stream.

    Args:
        stream: Where to read.
        order: "<" or ">".
    """

    def __init__(self, stream: mat_stream.Stream, order: str):
        self.stream = stream
        self.order = order

    def variable(self) -> tuple[str, Any]:
        """Returns name and value of the next variable."""
        kind, size = self._tag()
        if kind == _COMPRESSED:
            inner = mat_stream.Stream(
                self.stream.read(size), True, self.stream.position
            )
            name, value = _Reader(inner, self.order).variable()
            if not inner.at_end():
                raise mat_stream.BrokenMat("a variable is longer than it says")
            self.stream.position = inner.position
            return name, value
        if kind != _MATRIX:
            raise mat_stream.BrokenMat(f"has an element of type {kind}")
        return self._matrix(size, 0)

    def _tag(self) -> tuple[int, int]:
        kind, size = struct.unpack(self.order + "II", self.stream.read(8))
        return kind, size

    def _data(self, limit: int) -> tuple[int, bytes]:
        """Returns type and bytes of an element that is no array."""
        (word,) = struct.unpack(self.order + "I", self.stream.read(4))
        if size := word >> 16:  # A small element, within its tag.
            if size > 4 or size > limit:
                raise mat_stream.BrokenMat(f"{size} bytes where {limit} fit")
            return word & 0xFFFF, self.stream.read(4)[:size]
        (size,) = struct.unpack(self.order + "I", self.stream.read(4))
        if size > limit:
            raise mat_stream.BrokenMat(f"{size} bytes where {limit} fit")
        data = self.stream.read(size)
        self.stream.read(-size % 8)
        return word, data

    def _integers(self, kind: int, limit: int) -> tuple[int, ...]:
        found, data = self._data(limit)
        if found != kind or len(data) % 4:
            raise mat_stream.BrokenMat(f"type {found} where {kind} must be")
        code = "I" if kind == _UINT32 else "i"
        return struct.unpack(f"{self.order}{len(data) // 4}{code}", data)

    def _matrix(self, size: int, depth: int) -> tuple[str, Any]:
        if not size:
            return "", np.zeros((0, 0))
        if depth > _MAX_DEPTH:
            raise mat_stream.BrokenMat(f"more than {_MAX_DEPTH} levels")
        end = self.stream.position + size
        name, value = self._array(end, depth)
        if self.stream.position != end:
            raise mat_stream.BrokenMat("an array is not as long as it says")
        return name, value

    def _array(self, end: int, depth: int) -> tuple[str, Any]:
        flags = self._integers(_UINT32, 8)
        if len(flags) != 2:
            raise mat_stream.BrokenMat("an array has no flags")
        kind = flags[0] & 0xFF
        if kind not in (_STRUCT, _TEXT, *_NUMBERS) or flags[0] & _COMPLEX:
            return self._unknown(end, kind)
        shape = self._integers(_INT32, 128)
        if len(shape) < 2 or min(shape) < 0:
            raise mat_stream.BrokenMat(f"an array has the shape {shape}")
        name = self._name()
        if kind == _STRUCT:
            return name, list(self._structs(shape, depth))
        if (count := math.prod(shape)) > keys.MAX_PIXELS:
            raise mat_stream.BrokenMat(
                f"an array must have at most {keys.MAX_PIXELS} elements. "
                f"Received: {' x '.join(map(str, shape))}"
            )
        if kind == _TEXT:
            return name, self._text(shape, count)
        return name, self._numbers(shape, count)

    def _unknown(self, end: int, kind: int) -> tuple[str, Any]:
        # Opaque arrays (17) have a name at once, all others a shape first.
        if kind != 17:
            self._integers(_INT32, 128)
        name = self._name()
        while (left := end - self.stream.position) > 0:
            self.stream.read(min(left, 1 << 20))
        return name, Unknown()

    def _name(self) -> str:
        kind, data = self._data(4096)
        if kind != _INT8:
            raise mat_stream.BrokenMat(f"a name has type {kind}")
        return data.decode("latin-1")

    def _structs(
        self, shape: tuple[int, ...], depth: int
    ) -> Iterator[Mapping[str, Any]]:
        if (count := math.prod(shape)) > _MAX_STRUCTS:
            raise mat_stream.BrokenMat(
                f"must have at most {_MAX_STRUCTS} structs. Received: {count}"
            )
        (length,) = self._integers(_INT32, 4) or (0,)
        kind, data = self._data(1 << 16)
        if not data:
            return
        if length <= 0 or kind != _INT8 or len(data) % length:
            raise mat_stream.BrokenMat("a struct has no names of fields")
        names = [
            data[i : i + length].split(b"\0")[0].decode("latin-1")
            for i in range(0, len(data), length)
        ]
        if len(set(names)) < len(names):
            raise mat_stream.BrokenMat(f"a struct has a field twice: {names}")
        for _ in range(count):
            yield {name: self._member(depth) for name in names}

    def _member(self, depth: int) -> Any:
        kind, size = self._tag()
        if kind != _MATRIX:
            raise mat_stream.BrokenMat(f"a field has type {kind}")
        return self._matrix(size, depth + 1)[1]

    def _text(self, shape: tuple[int, ...], count: int) -> Any:
        kind, data = self._data(4 * count)
        if kind not in _TEXTS:
            raise mat_stream.BrokenMat(f"a text has type {kind}")
        suffix = {"<": "-le", ">": "-be"}[self.order]
        encoding = _TEXTS[kind]
        try:
            text = data.decode(
                encoding + suffix if encoding == "utf-16" else encoding
            )
        except UnicodeDecodeError as error:
            raise mat_stream.BrokenMat("a text is no Unicode") from error
        if len(text.encode("utf-16-le")) != 2 * count:
            raise mat_stream.BrokenMat("a text is not as long as it says")
        return text if shape[0] == 1 and len(shape) == 2 else Unknown()

    def _numbers(self, shape: tuple[int, ...], count: int) -> np.ndarray:
        stored, data = self._data(8 * count)
        if stored not in _STORED:
            raise mat_stream.BrokenMat(f"numbers have type {stored}")
        dtype = np.dtype(self.order + _STORED[stored])
        if len(data) != dtype.itemsize * count:
            raise mat_stream.BrokenMat(
                f"{len(data)} bytes for {count} numbers of type {stored}"
            )
        values = np.frombuffer(data, dtype).reshape(shape, order="F")
        return values.astype(dtype.newbyteorder("="), copy=False)

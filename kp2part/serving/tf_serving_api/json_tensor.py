"""Reads one tensor from JSON: nested lists of numbers, booleans or strings.

A string is UTF-8, or bytes as `{"b64": "..."}` in the standard alphabet, with
optional padding and white space. As in TensorFlow Serving, int8, uint8 and
int16 wrap around: 256 is 0 as uint8.
"""

import base64
import binascii
import dataclasses
import itertools

import grpc
import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import json_request

# NumPy's limit of dimensions; TensorFlow's tensors have up to 254.
_MAX_RANK = 64
_INT32 = (-(2**31), 2**31 - 1)


@dataclasses.dataclass(frozen=True)
class _Kind:
    """How JSON values become values of a dtype.

    Attributes:
        name: The name of the dtype in TensorFlow's messages.
        dtype: The NumPy type.
        types: The types of parsed JSON values that it takes.
        bounds: The least and the greatest integer that it takes.
    """

    name: str
    dtype: type
    types: frozenset[type]
    bounds: tuple[int, int] | None = None


def _integer(name, dtype, bounds):
    return _Kind(name, dtype, frozenset([int]), bounds)


_KINDS = {
    types_pb2.DT_FLOAT: _Kind("float", np.float32, frozenset([int, float])),
    types_pb2.DT_DOUBLE: _Kind("double", np.float64, frozenset([int, float])),
    types_pb2.DT_BOOL: _Kind("bool", np.bool_, frozenset([bool])),
    types_pb2.DT_STRING: _Kind("string", np.object_, frozenset([str, dict])),
    # Small integers have the bounds of int32, and wrap around.
    types_pb2.DT_INT8: _integer("int8", np.int8, _INT32),
    types_pb2.DT_UINT8: _integer("uint8", np.uint8, _INT32),
    types_pb2.DT_INT16: _integer("int16", np.int16, _INT32),
    types_pb2.DT_INT32: _integer("int32", np.int32, _INT32),
    types_pb2.DT_UINT32: _integer("uint32", np.uint32, (0, 2**32 - 1)),
    types_pb2.DT_INT64: _integer("int64", np.int64, (-(2**63), 2**63 - 1)),
    types_pb2.DT_UINT64: _integer("uint64", np.uint64, (0, 2**64 - 1)),
}


def decode(value, info: meta_graph_pb2.TensorInfo) -> np.ndarray:
    """Returns the tensor of a parsed JSON value; strings are objects (bytes).

    The shape is that of the value's lists, whatever the shape in `info`.

    Args:
        value: A parsed JSON value.
        info: Description of the input, for its dtype.

    Raises:
        errors.ServingError: Lists of unequal sizes, or a value that is not of
            the dtype; names the value and the rule.
    """
    shape, leaves = _flatten(value)
    kind = _kind(info, leaves)
    if not set(map(type, leaves)) <= kind.types:
        bad = next(v for v in leaves if type(v) not in kind.types)
        raise _unexpected(bad, len(shape), kind)
    if kind.bounds and leaves:
        least, greatest = kind.bounds
        if min(leaves) < least or max(leaves) > greatest:
            bad = next(v for v in leaves if not least <= v <= greatest)
            raise _unexpected(bad, len(shape), kind)
    return _array(leaves, kind).reshape(shape)


def _flatten(value):
    """Returns the shape according to the first elements, and all leaves."""
    shape, first = [], value
    while isinstance(first, list):
        shape.append(len(first))
        first = first[0] if first else None
    if len(shape) > _MAX_RANK:
        raise errors.invalid(
            f"JSON lists nested {len(shape)} deep, of at most {_MAX_RANK}"
        )
    leaves = [value]
    for level, size in enumerate(shape):
        # Sets are fast, and an image has many lists.
        if set(map(type, leaves)) - {list}:
            bad = next(v for v in leaves if not isinstance(v, list))
            raise errors.invalid(
                f"JSON Value: {json_request.quote(bad)} found at incorrect "
                f"level: {level + 1} in the JSON DOM. Expected at level: "
                f"{len(shape)}"
            )
        if set(map(len, leaves)) - {size}:
            bad = next(len(v) for v in leaves if len(v) != size)
            raise errors.invalid(
                f"Encountered list at unexpected size: {bad} at level: "
                f"{level} expected size: {size}"
            )
        leaves = list(itertools.chain.from_iterable(leaves))
    return shape, leaves


def _kind(info, leaves):
    if info.dtype in _KINDS:
        return _KINDS[info.dtype]
    name = types_pb2.DataType.Name(info.dtype).removeprefix("DT_").lower()
    value = json_request.quote(leaves[0]) if leaves else ""
    raise errors.ServingError(
        grpc.StatusCode.UNIMPLEMENTED,
        f"Conversion of JSON Value: {value} to type: {name}",
    )


def _unexpected(value, rank, kind):
    if isinstance(value, list):
        return errors.invalid(
            f"Encountered list at unexpected level: {rank} expected < {rank}"
        )
    return errors.invalid(
        f"JSON Value: {json_request.quote(value)} Type: "
        f"{json_request.type_name(value)} is not of expected type: {kind.name}"
    )


def _array(leaves, kind):
    if kind.dtype is np.object_:
        array = np.empty(len(leaves), object)
        array[:] = [_bytes(v) for v in leaves]
        return array
    if kind.dtype is np.uint64:
        return np.array(leaves, np.uint64)
    wide = np.array(leaves, np.int64 if kind.bounds else np.float64)
    with np.errstate(over="ignore"):
        return wide.astype(kind.dtype)


def _bytes(value):
    if isinstance(value, str):
        return value.encode()
    if not _is_base64(value):
        raise errors.invalid(
            f"JSON Value: {json_request.quote(value)} not formatted correctly "
            "for base64 data"
        )
    try:
        text = value["b64"].encode("ascii").translate(None, b" \t\r\n\v\f")
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise errors.invalid("Unable to base64 decode") from error


def is_named(value) -> bool:
    """Returns whether a parsed value is an object, but not a base64 string."""
    return isinstance(value, dict) and not _is_base64(value)


def _is_base64(value):
    return value.keys() == {"b64"} and isinstance(value["b64"], str)

"""Converts NumPy arrays from and to the tensors of gRPC messages."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.framework import types_pb2

from kp2part.serving.tf_serving_api import errors

# A small message can stand for one value, repeated a billion times.
MAX_ELEMENTS = 64 << 20

_NO_ARRAYS = (types_pb2.DT_RESOURCE, types_pb2.DT_VARIANT)

# By dtype: the field that holds its values, and their type there.
_FIELDS = {
    tf.float16: ("half_val", np.uint16),
    tf.bfloat16: ("half_val", np.uint16),
    tf.float32: ("float_val", np.float32),
    tf.float64: ("double_val", np.float64),
    tf.uint8: ("int_val", np.uint8),
    tf.uint16: ("int_val", np.uint16),
    tf.int8: ("int_val", np.int8),
    tf.int16: ("int_val", np.int16),
    tf.int32: ("int_val", np.int32),
    tf.int64: ("int64_val", np.int64),
    tf.uint32: ("uint32_val", np.uint32),
    tf.uint64: ("uint64_val", np.uint64),
    tf.bool: ("bool_val", np.bool_),
    tf.complex64: ("scomplex_val", np.float32),
    tf.complex128: ("dcomplex_val", np.float64),
}


def decode(name: str, proto: tensor_pb2.TensorProto) -> np.ndarray:
    """Returns the array of a message; strings are object arrays of bytes.

    Args:
        name: The name of the input, for the error.
        proto: The tensor, its values in typed fields or in `tensor_content`.

    Raises:
        errors.ServingError: Values, shape and dtype do not match, or there are
            more than `MAX_ELEMENTS`.
    """
    size = math.prod(dim.size for dim in proto.tensor_shape.dim)
    if size > MAX_ELEMENTS:
        raise errors.invalid(
            f"tensor parsing error: {name} (has {size} elements, of at most "
            f"{MAX_ELEMENTS})"
        )
    # TensorFlow parses them to what no array can hold.
    if proto.dtype in _NO_ARRAYS:
        raise errors.invalid(f"tensor parsing error: {name}")
    try:
        # The parser that TensorFlow Serving uses.
        tensor = tf.io.parse_tensor(proto.SerializeToString(), proto.dtype)
    except (tf.errors.OpError, TypeError) as error:
        raise errors.invalid(f"tensor parsing error: {name}") from error
    return np.asarray(tensor.numpy(), object if proto.dtype == 7 else None)


def encode(array: np.ndarray) -> tensor_pb2.TensorProto:
    """Returns the message of an array, with its values in typed fields."""
    if array.dtype == object:
        proto = tensor_pb2.TensorProto(dtype=tf.string.as_datatype_enum)
        proto.string_val.extend(array.ravel())
    else:
        dtype = tf.as_dtype(array.dtype)
        proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum)
        field, stored_as = _FIELDS[dtype]
        values = np.ascontiguousarray(array).ravel().view(stored_as)
        getattr(proto, field).extend(values.tolist())
    # A scalar has a shape without dimensions: the field must be there.
    proto.tensor_shape.SetInParent()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    return proto

"""Reads TFRecord files and the `tf.train.Example` in them, without TensorFlow.

A file is a sequence of frames: the length, uint64; its checksum, 4 bytes; the
record; its checksum. Those checksums are not looked at: a file is read only if
its SHA-256 is the manifest's, see `integrity`.
"""

from collections.abc import Iterator
import os
import struct

from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
import google.protobuf.message

_HEADER = struct.Struct("<Q4x")  # Length of the record, and its checksum.
_CHECKSUM_BYTES = 4
_PACKAGE = "tensorflow"
_KINDS = "bytes_list", "float_list", "int64_list"


def read(path: str | os.PathLike) -> Iterator[bytes]:
    """Yields the records of a file.

    Args:
        path: A TFRecord file, not compressed.

    Raises:
        ValueError: The file ends within a record.
    """
    number = 0
    with open(path, "rb") as file:
        while header := file.read(_HEADER.size):
            number += 1
            length = None
            if len(header) == _HEADER.size:
                (length,) = _HEADER.unpack(header)
            # Not all at once: what is damaged may claim any length.
            size = os.fstat(file.fileno()).st_size - file.tell()
            if length is None or length + _CHECKSUM_BYTES > size:
                raise ValueError(
                    f"{path}: ends within record {number}: it must have "
                    f"{length} more bytes. Found: {size}"
                )
            yield file.read(length)
            file.seek(_CHECKSUM_BYTES, os.SEEK_CUR)


def features(record: bytes) -> dict[str, list]:
    """Returns the values of each feature of a serialized `tf.train.Example`.

    Raises:
        ValueError: It is none.
    """
    try:
        example = _Example.FromString(record)
    except google.protobuf.message.DecodeError as error:
        raise ValueError(
            "A record must be a serialized tf.train.Example. Received: "
            f"{len(record)} other bytes"
        ) from error
    return {name: _values(x) for name, x in example.features.feature.items()}


def _values(feature) -> list:
    kind = feature.WhichOneof("kind")
    return list(getattr(feature, kind).value) if kind else []


def _example_class():
    # In a pool of our own, in case TensorFlow is imported too.
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="kp2part/example.proto", package=_PACKAGE, syntax="proto3"
    )
    types = field.TYPE_BYTES, field.TYPE_FLOAT, field.TYPE_INT64
    feature = descriptor_pb2.DescriptorProto(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, (kind, type_) in enumerate(zip(_KINDS, types, strict=True), 1):
        name = kind.title().replace("_", "")
        _add(file.message_type.add(name=name), "value", 1, type_, True)
        _add(feature, kind, number, name).oneof_index = 0
    file.message_type.add().CopyFrom(feature)
    many = file.message_type.add(name="Features")
    entry = many.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    _add(entry, "key", 1, field.TYPE_STRING)
    _add(entry, "value", 2, "Feature")
    _add(many, "feature", 1, "Features.FeatureEntry", True)
    _add(file.message_type.add(name="Example"), "features", 1, "Features")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName(f"{_PACKAGE}.Example")
    )


def _add(message, name: str, number: int, type_: int | str, many: bool = False):
    """Adds a field, of a type or of another message, and returns it."""
    field = message.field.add(name=name, number=number, label=3 if many else 1)
    if isinstance(type_, str):
        field.type = field.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{type_}"
    else:
        field.type = type_
    return field


_Example = _example_class()

"""Reads JSON as TensorFlow Serving does: with RapidJSON and its messages.

NaN, Infinity and Inf are numbers, anything after the first value is ignored,
the first of equal names in an object counts, and a byte-order mark is skipped.
"""

import re

import numpy as np
import rapidjson

from kp2part.serving.tf_serving_api import errors

# Deeper than any tensor: TensorFlow's have at most 254 dimensions.
_MAX_DEPTH = 300
# In larger requests than this, deep nesting is an error without a closer look.
_MAX_DEEP_BYTES = 4 << 20
# What a request's values take in memory at most, in bytes, see `_check_size`:
# 32 MiB of empty lists take a gigabyte.
_MAX_MEMORY = 160 << 20
_MEMORY = {b"]": 64, b"}": 300, b",": 32}
# Errors quote at most this much of the request.
_ECHO_BYTES = 256
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PARSE_ERROR = re.compile(r"Parse error at offset (\d+): (.*)", re.DOTALL)
_AFTER_ROOT = "The document root must not be followed by other values."


class _Decoder(rapidjson.Decoder):
    # Pairs in a plain list, not in a class of our own: with a class,
    # python-rapidjson 1.25 crashes the process when the text ends inside it.
    def start_object(self):
        return []

    def end_object(self, pairs):
        members = {}
        for name, value in pairs:
            members.setdefault(name, value)
        return members


_decode = _Decoder(number_mode=rapidjson.NM_NATIVE | rapidjson.NM_NAN)


def parse(body: bytes):
    """Returns the first JSON value of `body`.

    Integers from the least int64 to the greatest uint64 are `int`, all other
    numbers are `float`. Names and strings must be UTF-8; TensorFlow Serving
    takes any bytes.

    Args:
        body: The body of a request.

    Raises:
        errors.ServingError: It is not JSON; names the offset of the byte.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    if not body:
        raise _error("The document is empty")
    _check_size(body)
    try:
        return _parse_first(body)
    except RecursionError:
        return _parse_first(_prune(body))
    except UnicodeDecodeError as error:
        # A syntax error before that byte is the better message.
        _parse_first(body.decode(errors="replace").encode())
        raise _error(
            f"Invalid encoding in string. at offset: {error.start}"
        ) from error


def _check_size(body):
    # Also counts what is in strings, which in base64 is nothing.
    size = sum(body.count(mark) * each for mark, each in _MEMORY.items())
    if size > _MAX_MEMORY:
        raise _error(
            f"The values take {size >> 20} MiB of memory, of at most "
            f"{_MAX_MEMORY >> 20}"
        )


def _parse_first(body):
    try:
        return _decode(body)
    except rapidjson.JSONDecodeError as error:
        offset, reason = _PARSE_ERROR.match(str(error)).groups()
        if reason == _AFTER_ROOT:
            return _decode(body[: int(offset)])
        raise _error(f"{reason} at offset: {offset}") from error


def _prune(body):
    """Returns the JSON with all brackets deeper than `_MAX_DEPTH` emptied.

    TensorFlow Serving's parser does not recurse: there, deep nesting is an
    error only in a value that is read.
    """
    if len(body) > _MAX_DEEP_BYTES:
        raise _error(f"Nested deeper than {_MAX_DEPTH}.")
    plain = body.replace(rb"\\", b"  ").replace(rb"\"", b"  ")
    codes = np.frombuffer(plain, np.uint8)
    outside = np.cumsum(codes == ord('"')) % 2 == 0
    opens = outside & np.isin(codes, list(b"[{"))
    closes = outside & np.isin(codes, list(b"]}"))
    depths = np.cumsum(opens.astype(np.int8) - closes)
    kept = depths - opens < _MAX_DEPTH
    return np.frombuffer(body, np.uint8)[kept].tobytes()


def quote(value) -> str:
    """Returns the first 256 bytes of a parsed value, as errors quote it."""
    try:
        text = rapidjson.dumps(
            value,
            ensure_ascii=False,
            write_mode=rapidjson.WM_PRETTY | rapidjson.WM_SINGLE_LINE_ARRAY,
            number_mode=rapidjson.NM_NATIVE,
        )
    except (ValueError, RecursionError):
        # RapidJSON's writer stops at a NaN; ours also when nested too deep.
        return ""
    return text.encode()[:_ECHO_BYTES].decode(errors="ignore")


def type_name(value) -> str:
    """Returns RapidJSON's word for the type of a parsed value."""
    if isinstance(value, bool | None):
        return {True: "True", False: "False", None: "Null"}[value]
    for types, name in (
        (int | float, "Number"),
        (str, "String"),
        (list, "Array"),
    ):
        if isinstance(value, types):
            return name
    return "Object"


def _error(reason):
    return errors.invalid(f"JSON Parse error: {reason}")

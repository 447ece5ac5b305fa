"""Reads JSON files with type checks, and writes them atomically.

`msgspec` checks against the types of dataclass fields. An error names the file,
the field, the rule and the value.
"""

import dataclasses
import json
import os
import re
from typing import Any

import msgspec

from kp2part.system import atomic
from kp2part.system import text_file

# "$.splits[...].shards[0]": msgspec does not name the keys of mappings.
_PATH = re.compile(r" - at .*`\$(.*)`$")
# Messages of msgspec, and ours.
_RULES = (
    (re.compile("Expected (.*), got (.*)"), r"must be \1, not \2"),
    (re.compile("Object missing required field (.*)"), r"must have a field \1"),
)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[(\.\.\.)\]")


def read(path: str | os.PathLike, kind: Any = Any) -> Any:
    """Returns the contents of a JSON file; for encodings see `text_file`.

    Args:
        path: Path of the file.
        kind: A type to convert to, see `convert`.

    Raises:
        ValueError: The file is missing, not JSON, or not of that type; the
            message names the file.
    """
    return decode(text_file.read_bytes(path), kind, str(path))


def decode(text: str | bytes, kind: Any, source: str) -> Any:
    """Returns the contents of a JSON text.

    An object with two values for a name is refused: other parsers silently keep
    the last one.

    Args:
        text: The text.
        kind: A type to convert to, see `convert`.
        source: Where it comes from, for messages.
    """
    if isinstance(text, bytes):
        text = text_file.decode(text, source)
    try:
        # Not by msgspec, which rejects NaN and does not give line numbers.
        fields = json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise ValueError(
            f"{source}: not a JSON file: too many levels of [ or {{."
        ) from error
    except ValueError as error:
        raise ValueError(f"{source}: not a JSON file: {error}") from error
    return convert(fields, kind, source)


def convert(fields: Any, kind: Any, source: str) -> Any:
    """Converts plain lists, dicts, strings and numbers to another type.

    The conversion is strict: "3" and 3.0 are not an `int`, 1 is not a `bool`.

    Args:
        fields: The contents of a JSON text.
        kind: A dataclass, or a type composed of dataclasses and plain types.
            Fields unknown to a dataclass are ignored.
        source: Where it comes from, for messages.

    Raises:
        ValueError: A type is wrong, or a dataclass rejects its fields.
    """
    try:
        return msgspec.convert(fields, kind)
    except (msgspec.ValidationError, OverflowError, RecursionError) as error:
        raise ValueError(
            f"{source}: {_explain(fields, kind, error)}"
        ) from error


def write(path: str | os.PathLike, fields: Any):
    """Writes a JSON file atomically; keys keep their order.

    Raises:
        ValueError: A number is not finite, which JSON does not support.
    """
    try:
        text = json.dumps(fields, indent=2, allow_nan=False)
    except ValueError as error:
        raise ValueError(f"{path}: cannot be written: {error}") from error
    atomic.write_text(path, text + "\n")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for name, value in pairs:
            if value != found[name]:
                raise ValueError(f"an object has the name {name!r:.80} twice")
    return found


def check_known(fields: dict, kind: type, source: str):
    """Raises a ValueError if `fields` has names unknown to a dataclass."""
    known = [field.name for field in dataclasses.fields(kind)]
    if unknown := sorted(set(fields) - set(known)):
        raise ValueError(
            f"{source}: unknown fields {unknown}. Known fields: {known}"
        )


def _explain(fields, kind, error: Exception) -> str:
    rule = _PATH.sub("", str(error))
    for pattern, ours in _RULES:
        rule = pattern.sub(ours, rule)
    value, where = fields, ""
    for step in _steps(fields, kind, str(error)):
        value = value[step]
        where += f"[{step}]" if isinstance(step, int) else f".{step}"
    if where:
        joint = " " if rule.startswith("must ") else ": "
        rule = f"`{where.removeprefix('.')}`{joint}{rule}"
    # The message of a dataclass already names the field and its value.
    if isinstance(value, dict):
        return rule
    try:
        return f"{rule}. Received: {value!r:.80}"
    except (RecursionError, ValueError):  # Too many levels or digits.
        return f"{rule}. Received: a {type(value).__name__}"


def _steps(fields, kind, text: str) -> list[str | int]:
    """Returns the keys and indices that lead to the place of an error."""
    steps, value = [], fields
    found = _PATH.search(text)
    for name, index, unknown in _STEP.findall(found[1] if found else ""):
        step = int(index) if index else name
        if unknown:
            step = next(
                key
                for key in value
                if _fails(
                    _replaced(fields, steps, {key: value[key]}), kind, text
                )
            )
        steps.append(step)
        value = value[step]
    return steps


def _fails(fields, kind, text: str) -> bool:
    try:
        msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        return str(error) == text
    return False


def _replaced(fields, steps: list[str | int], value):
    """Returns `fields` with `value` at the end of `steps`."""
    if not steps:
        return value
    copy = fields.copy()
    copy[steps[0]] = _replaced(fields[steps[0]], steps[1:], value)
    return copy

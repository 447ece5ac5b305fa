"""JSON files: read and checked against types, written whole.

The types are those of dataclasses' fields; `msgspec` checks them. An error
names the file, the field, the rule and the value.
"""

import dataclasses
import json
import os
import re
from typing import Any

import msgspec

from kp2part.system import atomic
from kp2part.system import text_file

# "$.splits[...].shards[0]": msgspec does not say under which key of a mapping.
_PATH = re.compile(r" - at .*`\$(.*)`$")
# msgspec's words, and ours.
_RULES = (
    (re.compile("Expected (.*), got (.*)"), r"must be \1, not \2"),
    (re.compile("Object missing required field (.*)"), r"must have a field \1"),
)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[(\.\.\.)\]")


def read(path: str | os.PathLike, kind: Any = Any) -> Any:
    """Returns what a JSON file holds, see `text_file` for its encoding.

    Args:
        path: Of the file.
        kind: A type to convert to, see `convert`.

    Raises:
        ValueError: No such file, not JSON, or not of that type; the message
            names the file.
    """
    return decode(text_file.read_bytes(path), kind, str(path))


def decode(text: str | bytes, kind: Any, source: str) -> Any:
    """Returns what a JSON text holds.

    An object with the same name twice is refused: to take the last, as others
    do, may be the wrong one of two.

    Args:
        text: As in a file.
        kind: A type to convert to, see `convert`.
        source: Where it comes from, for messages.
    """
    if isinstance(text, bytes):
        text = text_file.decode(text, source)
    try:
        # Not msgspec's: it knows no NaN, and tells no line of an error.
        fields = json.loads(text, object_pairs_hook=_object)
    except RecursionError as error:
        raise ValueError(
            f"{source}: not a JSON file: too many levels of [ or {{."
        ) from error
    except ValueError as error:
        raise ValueError(f"{source}: not a JSON file: {error}") from error
    return convert(fields, kind, source)


def convert(fields: Any, kind: Any, source: str) -> Any:
    """Returns plain lists, dicts, strings and numbers as another type.

    Nothing is guessed: "3" and 3.0 are no `int`, 1 is no `bool`.

    Args:
        fields: What a JSON text holds.
        kind: A dataclass, or a type made of dataclasses and plain types. Fields
            that a dataclass does not have are left out.
        source: Where it comes from, for messages.

    Raises:
        ValueError: It is of another type, or a dataclass refuses its fields.
    """
    try:
        return msgspec.convert(fields, kind)
    except (msgspec.ValidationError, OverflowError, RecursionError) as error:
        raise ValueError(
            f"{source}: {_explain(fields, kind, error)}"
        ) from error


def write(path: str | os.PathLike, fields: Any):
    """Writes a JSON file, whole or not at all; keys stay in order.

    Raises:
        ValueError: A number is not finite, which JSON does not know.
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
    """Raises a ValueError if a dataclass lacks one of `fields`: a typo."""
    known = [field.name for field in dataclasses.fields(kind)]
    if unknown := sorted(set(fields) - set(known)):
        raise ValueError(
            f"{source}: unknown fields {unknown}. The known ones: {known}"
        )


def _explain(fields, kind, error: msgspec.ValidationError) -> str:
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
    # Not of a dataclass, which says itself which of its fields it refuses.
    told = isinstance(value, dict)
    if told:
        return rule
    try:
        return f"{rule}. Received: {value!r:.80}"
    except (RecursionError, ValueError):  # Levels, or digits, without end.
        return f"{rule}. Received: a {type(value).__name__}"


def _steps(fields, kind, text: str) -> list[str | int]:
    """Returns the keys and indices that lead to where an error is."""
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

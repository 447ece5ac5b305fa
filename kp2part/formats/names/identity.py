"""When two values in annotation files name the same thing.

Tools write the same id as 1, "1" and 1.0, and the same class as "dog" and
"Dog ". What surely means the same is the same here; nothing else is.
"""

from collections.abc import Iterable
import difflib
import re

_WHOLE = re.compile(r"(-?(?:0|[1-9]\d*))(?:\.0*)?")
_GAPS = re.compile(r"[\s_-]+")
_LARGEST = 1 << 53  # Above it a float may stand for its neighbors as well.


def id_of(value: object, where: str, field: str) -> str:
    """Returns an id as text: that of 1, "1" and 1.0 is "1".

    Args:
        value: Any JSON value.
        where: File and place, for the message.
        field: Name of the field, for the message.
    """
    if type(value) is int and abs(value) <= _LARGEST:
        return str(value)
    if type(value) is float and value.is_integer() and abs(value) <= _LARGEST:
        return str(int(value))
    if type(value) is str and value.strip():
        found = _WHOLE.fullmatch(value.strip())
        return found[1] if found else value.strip()
    raise ValueError(
        f"{where}: `{field}` must be a whole number or a text. "
        f"Received: {field}={shown(value)}"
    )


def fold(name: str) -> str:
    """Returns a name without regard to case, outer space, "-" and "_"."""
    return _GAPS.sub("_", name.strip().casefold())


def nearest(name: str, known: Iterable[str], count: int = 2) -> list[str]:
    """Returns the names that look most like `name`, if any do."""
    by_fold = {}
    for candidate in known:
        by_fold.setdefault(fold(candidate), candidate)
    found = difflib.get_close_matches(fold(name), by_fold, count, 0.5)
    return [by_fold[folded] for folded in found]


def with_nearest(name: str, known: Iterable[str]) -> str:
    """Returns a name for a message, with those that look like it."""
    found = nearest(name, known)
    return (
        f"{name!r:.80} (nearest: {', '.join(found)})"
        if found
        else (f"{name!r:.80}")
    )


def twice(values: Iterable[str]) -> list[str]:
    """Returns the values that are there more than once, sorted."""
    seen, found = set(), set()
    for value in values:
        (found if value in seen else seen).add(value)
    return sorted(found)


def one_line(text: str) -> str:
    """Returns a text for a message where it needs no quotes: short."""
    return f"{' '.join(text.split()):.40}"


def shown(value: object) -> str:
    """Returns a value for a message: short, whatever it is."""
    try:
        return f"{value!r:.80}"
    except (RecursionError, ValueError):
        # Lists within lists within lists, or a number of 5000 digits.
        return f"a {type(value).__name__}"

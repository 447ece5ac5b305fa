"""Reads the names of columns that pandas pickles into HDF5 files.

To unpickle is to run whatever program the file holds. Names need no program:
lists, tuples, texts and numbers, of which this reads the notation (pickle's
protocol 0, which PyTables writes) and refuses all else.
"""

import pickletools
from typing import Any

_MARK = object()


def read(pickled: bytes, where: str) -> Any:
    """Returns what is pickled: a text, a number, None, or lists of those.

    Args:
        pickled: The bytes.
        where: File and attribute, for messages.

    Returns:
        Lists for lists and tuples alike.

    Raises:
        ValueError: There is something else, or the end is missing.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name == "STOP":
                value = _pop(stack)
                if not stack:
                    return value
            _step(opcode.name, argument, stack, memo)
    except (ValueError, LookupError, AttributeError) as error:
        raise ValueError(
            f"{where}: must be the pickled names of columns: {error!s:.80}"
        ) from error
    raise ValueError(f"{where}: must be the pickled names of columns.")


def _step(name: str, argument: Any, stack: list[Any], memo: dict[int, Any]):
    if name in ("UNICODE", "INT", "LONG"):
        stack.append(argument)
    elif name == "NONE":
        stack.append(None)
    elif name == "MARK":
        stack.append(_MARK)
    elif name in ("LIST", "TUPLE"):
        items: list[Any] = []
        while (item := stack.pop()) is not _MARK:
            items.append(item)
        stack.append(items[::-1])
    elif name == "APPEND":
        item = _pop(stack)
        stack[-1].append(item)
    elif name == "PUT":
        memo[argument] = stack[-1]
    elif name == "GET":
        # Lists within lists within lists would grow to gigabytes.
        if not isinstance(memo[argument], str):
            raise ValueError("a list is there twice")
        stack.append(memo[argument])
    else:
        raise ValueError(f"{name} is none")


def _pop(stack: list[Any]) -> Any:
    value = stack.pop()
    if value is _MARK:
        raise ValueError("a mark is no value")
    return value

"""Flagfiles as people write them: notes, quotes, `~`, marks of Windows.

    # A line of its own, or // as in C++.
    --images=~/photos   # A note after a value begins with a space and a #.
    --output="records of May"

absl would take the note, the quotes and the `~` for parts of the value.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import os
import pathlib
import re

from kp2part.system import text_file

_DIRECTIVE = re.compile(r"--?flagfile(?:=(.*))?", re.DOTALL)
_FLAG = re.compile(r"(--?[^\s=\"']+)(?:=(.*))?", re.DOTALL)
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<value>.*?)(?P=quote)(?P<rest>.*)""")
_NOTE = re.compile(r"(^|\s)#.*")


def expand(argv: Sequence[str]) -> list[str]:
    """Returns a command line with the flags of its flagfiles in their place.

    Args:
        argv: The program and its arguments. After `--` nothing is touched.

    Raises:
        ValueError: A flagfile cannot be read, or a line of it is no flag; the
            message names the file and the line.
    """
    return [argv[0], *_expand(list(argv[1:]), ())]


def _expand(arguments: list[str], opened: tuple) -> Iterator[str]:
    while arguments:
        argument = arguments.pop(0)
        if argument == "--":
            yield from (argument, *arguments)
            return
        if (found := _DIRECTIVE.fullmatch(argument)) is None:
            yield _with_home(argument)
            continue
        name = found[1]
        if name is None:
            if not arguments:
                raise ValueError("`flagfile` must be the path of a file.")
            name = arguments.pop(0)
        yield from _of_file(pathlib.Path(os.path.expanduser(name)), opened)


def _of_file(path: pathlib.Path, opened: tuple) -> Iterator[str]:
    if path.resolve() in opened:
        raise ValueError(f"{path}: a flagfile must not name itself.")
    lines = text_file.read(path).splitlines()
    flags = (_flag(line, f"{path}:{i}") for i, line in enumerate(lines, 1))
    found = [flag for flag in flags if flag is not None]
    yield from _expand(found, (*opened, path.resolve()))


def _flag(line: str, where: str) -> str | None:
    line = line.strip()
    if not line or line.startswith(("#", "//")):
        return None
    found = _FLAG.fullmatch(line)
    if found and found[2] is None:
        return found[1]
    if found is None:
        found = _FLAG.fullmatch(_NOTE.sub("", line).strip())
        if found is None or found[2] is not None:
            raise ValueError(
                f"{where}: must be a flag, --name=value. Received: {line!r}"
            )
        return found[1]
    return f"{found[1]}={_value(found[2].strip(), where)}"


def _value(text: str, where: str) -> str:
    if (quoted := _QUOTED.fullmatch(text)) is not None:
        if _NOTE.sub("", quoted["rest"]).strip():
            raise ValueError(
                f"{where}: nothing must follow a value in quotes. "
                f"Received: {text!r}"
            )
        return quoted["value"]
    return _NOTE.sub("", text).strip()


def _with_home(argument: str) -> str:
    # A shell expands `~/x`, but not in `--images=~/x`.
    name, equals, value = argument.partition("=")
    if equals and (value == "~" or value.startswith("~/")):
        return f"{name}={os.path.expanduser(value)}"
    if argument.startswith("~/"):
        return os.path.expanduser(argument)
    return argument

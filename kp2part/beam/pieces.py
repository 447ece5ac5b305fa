"""Pieces of work as files, in a directory that all workers see.

A piece is there until it is done: `<name>.work`. Whoever does it puts its
result in place and then removes it, so that a piece that is done again, because
a worker was lost or seemed to be, changes nothing. What went wrong with a piece
is in `<name>.error`. The files are pickles, and as such programs: only who may
run programs as you may have the right to write into the directory.
"""

from collections.abc import Iterator
import contextlib
import os
import pathlib
import pickle
from typing import Any

from kp2part.system import atomic

_WORK, _ERROR = ".work", ".error"


def put(directory: pathlib.Path, name: str, piece: object):
    """Adds a piece of work.

    Args:
        directory: Where the pieces are; created if missing.
        name: Of the piece; the same for the same work.
        piece: What is to be done; pickled.
    """
    atomic.write_bytes(directory / f"{name}{_WORK}", pickle.dumps(piece))


def names(directory: pathlib.Path) -> list[str]:
    """Returns the names of the pieces that are left, sorted."""
    return _stems(directory, _WORK)


def take(directory: pathlib.Path, name: str) -> Any:
    """Returns a piece, or None if it is done."""
    try:
        contents = (directory / f"{name}{_WORK}").read_bytes()
    except FileNotFoundError:
        return None
    return pickle.loads(contents)


def finish(directory: pathlib.Path, name: str):
    """Removes a piece whose result is in place."""
    for suffix in _ERROR, _WORK:
        (directory / f"{name}{suffix}").unlink(missing_ok=True)


@contextlib.contextmanager
def noting_errors(directory: pathlib.Path, name: str) -> Iterator[None]:
    """Keeps the message of a ValueError or an OSError, which goes on.

    Args:
        directory: Where the pieces are.
        name: Of the piece.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        # Without the directory, or room in it, only Beam tells.
        with contextlib.suppress(OSError):
            if directory.is_dir():
                atomic.write_text(directory / f"{name}{_ERROR}", str(error))
        raise


def error(directory: pathlib.Path) -> str | None:
    """Returns the message of one of the errors, None if there is none."""
    for name in _stems(directory, _ERROR):
        path = directory / f"{name}{_ERROR}"
        return path.read_text(encoding="utf-8")
    return None


def clear(directory: pathlib.Path):
    """Removes the pieces and errors of a run before."""
    for name in {*names(directory), *_stems(directory, _ERROR)}:
        finish(directory, name)
    atomic.remove_partials(directory, ["*"])


def _stems(directory: pathlib.Path, suffix: str) -> list[str]:
    try:
        found = os.listdir(directory)
    except FileNotFoundError:
        return []
    return sorted(
        name.removesuffix(suffix)
        for name in found
        if name.endswith(suffix) and not name.startswith(".")
    )

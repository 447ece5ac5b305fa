"""Writes files atomically."""

from collections.abc import Callable
import os
import pathlib
import uuid


def write(path: str | os.PathLike, save: Callable[[str], object]):
    """Has `save` write a temporary file, syncs it and renames it to `path`.

    Readers see the old file or the complete new one, even after a power
    failure.

    Args:
        path: Where the file goes. Its directory is created if missing.
        save: Writes a file to the path it is given, which has the suffix of
            `path`.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A prefix, not a suffix: Keras takes the format from the suffix.
    partial = path.with_name(f".partial-{uuid.uuid4().hex}-{path.name}")
    try:
        save(str(partial))
        # Windows syncs only files that are open for writing.
        with open(partial, "r+b") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str):
    """Writes a text file, UTF-8."""
    write(path, lambda p: pathlib.Path(p).write_text(text, encoding="utf-8"))


def write_bytes(path: str | os.PathLike, contents: bytes):
    """Writes a binary file."""
    write(path, lambda p: pathlib.Path(p).write_bytes(contents))

"""Files that appear whole or not at all."""

from collections.abc import Callable
import os
import pathlib
import uuid


def write(path: str | os.PathLike, save: Callable[[str], None]):
    """Has `save` write a file of another name, then gives it its own.

    Whoever looks sees the old file or the new one, never a part; not even
    after a power cut.

    Args:
        path: Where the file goes. Its directory is made if missing.
        save: Writes the file at the path it is given; same suffix.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A prefix, not a suffix: Keras goes by the suffix.
    partial = path.with_name(f".partial-{uuid.uuid4().hex}-{path.name}")
    try:
        save(str(partial))
        # Windows syncs only what is open for writing.
        with open(partial, "r+b") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str):
    """Writes a text file, UTF-8."""
    write(path, lambda p: pathlib.Path(p).write_text(text, encoding="utf-8"))


def write_bytes(path: str | os.PathLike, contents: bytes):
    """Writes a file of bytes."""
    write(path, lambda p: pathlib.Path(p).write_bytes(contents))

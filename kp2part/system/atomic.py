"""Writes files atomically."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import errno
import glob
import os
import pathlib
import uuid

try:
    import fcntl
except ImportError:  # Windows.
    fcntl = None  # type: ignore[assignment]

_PREFIX = ".partial-"
_NO_ROOM = errno.ENOSPC, errno.EDQUOT, errno.EFBIG


def write(path: str | os.PathLike, save: Callable[[str], object]):
    """Has `save` write a temporary file, syncs it and renames it to `path`.

    Readers see the old file or the complete new one, even after a power
    failure. What killed processes have left of the same file is removed.

    Args:
        path: Where the file goes. Its directory is created if missing.
        save: Writes a file to the path it is given, which has the suffix of
            `path`.

    Raises:
        OSError: It cannot be written, or the disk is full; the error names the
            file, which then is as it was before.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A prefix, not a suffix: Keras takes the format from the suffix.
    partial = path.with_name(f"{_PREFIX}{uuid.uuid4().hex}-{path.name}")
    try:
        with _at_work(path):
            save(str(partial))
            # Windows syncs only files that are open for writing.
            with open(partial, "r+b") as file:
                os.fsync(file.fileno())
            os.replace(partial, path)
    except OSError as error:
        is_ours = error.errno in _NO_ROOM or error.filename == str(partial)
        if error.filename and not is_ours:
            raise  # Of a file that `save` reads.
        raise _of_file(error, error.errno, path) from error
    except Exception as error:
        if (number := _no_room(error)) is None:
            raise
        raise _of_file(error, number, path) from error
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def naming_full_disk(path: pathlib.Path) -> Iterator[None]:
    """Names a directory in the errors that say that its disk is full.

    Raises:
        OSError: The disk is full.
    """
    try:
        yield
    except Exception as error:
        if (number := _no_room(error)) is None:
            raise
        raise _of_file(error, number, path) from error


def is_full(error: Exception) -> bool:
    """Returns whether an error, TensorFlow's too, says that a disk is full."""
    return _no_room(error) is not None


def _no_room(error: Exception) -> int | None:
    text = str(error)
    return next((n for n in _NO_ROOM if os.strerror(n) in text), None)


def remove_partials(directory: pathlib.Path, patterns: Iterable[str]):
    """Removes what writers that were killed have left of some files.

    Args:
        directory: Where the files are. Nobody may be writing them now.
        patterns: Their names, with `*` for any text.
    """
    for pattern in patterns:
        for path in directory.glob(f"{_PREFIX}{'[0-9a-f]' * 32}-{pattern}"):
            path.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str):
    """Writes a text file, UTF-8."""
    write(path, lambda p: pathlib.Path(p).write_text(text, encoding="utf-8"))


def write_bytes(path: str | os.PathLike, contents: bytes):
    """Writes a binary file."""
    write(path, lambda p: pathlib.Path(p).write_bytes(contents))


@contextlib.contextmanager
def _at_work(path: pathlib.Path) -> Iterator[None]:
    """Shares a lock of a file's directory with all who write into it.

    If nobody else does, what was begun for the file was left by killed writers,
    and is removed. The file itself is not locked: HDF5 does that.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # It may only be written into.
            directory = os.open(path.parent, os.O_RDONLY)
            stack.callback(os.close, directory)
            _sweep(directory, path)
        yield


def _sweep(directory: int, path: pathlib.Path):
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_partials(path.parent, [glob.escape(path.name)])
    fcntl.flock(directory, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _of_file(
    error: Exception, number: int | None, path: pathlib.Path
) -> OSError:
    """Returns an error that names the file that was to be written."""
    reason = os.strerror(number) if number else str(error)
    return OSError(f"{path}: cannot be written: {reason}")

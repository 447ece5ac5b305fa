"""One process at a time in a directory."""

from collections.abc import Iterator
import contextlib
import pathlib

import filelock


@contextlib.contextmanager
def directory(path: pathlib.Path, name: str = ".lock") -> Iterator[None]:
    """Keeps a directory for this process, as long as the context lasts.

    The system releases the lock when a process ends, however it ends.

    Args:
        path: The directory, made if missing. If nothing is written into it, it
            is gone again afterwards.
        name: Of the file that is locked. Who takes another one does not mind.

    Raises:
        ValueError: Another process has it.
    """
    missing = [p for p in (path, *path.parents) if not p.exists()]
    path.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(path / name):
            yield
    finally:
        for made in missing:
            with contextlib.suppress(OSError):  # It holds something.
                made.rmdir()


@contextlib.contextmanager
def _locked(path: pathlib.Path) -> Iterator[None]:
    lock = filelock.FileLock(path, blocking=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise ValueError(
            f"{path.parent}: another process is at work in this directory. "
            "Wait until it ends, or choose another directory."
        ) from error
    try:
        yield
    finally:
        # While it is held: nobody else can hold what is removed here. Windows
        # removes no open file.
        with contextlib.suppress(PermissionError):
            path.unlink(missing_ok=True)
        lock.release()

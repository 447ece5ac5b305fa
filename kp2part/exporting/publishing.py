"""Numbered versions of a model, which appear whole or not at all.

A server that watches the directory never sees a part of a version: it is
written under a name that is not a number, synced, and renamed. Not even a power
cut leaves half of one under a number.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import errno
import fcntl
import os
import pathlib
import shutil
import uuid

from kp2part.system import published

_PARTIAL = ".partial-"


def publish(
    directory: str | os.PathLike,
    write: Callable[[pathlib.Path], None],
    version: int | None = None,
) -> pathlib.Path:
    """Has `write` fill a new directory, then gives it its number.

    Any number of processes may do so at once. What killed ones have left is
    removed.

    Args:
        directory: Directory of the versions, made if missing.
        write: Makes and fills the directory that it is given. If it raises,
            nothing appears.
        version: By default the next free one.

    Returns:
        The directory of the version.

    Raises:
        ValueError: The version exists.
    """
    base = pathlib.Path(directory)
    _make_durable(base)
    _check_free(base, version)
    with _reserved(base) as partial:
        write(partial / "version")
        sync_tree(partial / "version")
        with _locked(base):
            target = base / str(version or next_version(base))
            _check_free(base, version)
            os.rename(partial / "version", target)
        _sync(base)
    return target


def next_version(directory: pathlib.Path) -> int:
    """Returns the number after the highest."""
    return max(published.versions(directory), default=0) + 1


def sync_tree(directory: pathlib.Path):
    """Returns once all files and directories in `directory` are on the disk."""
    for path in directory.rglob("*"):
        _sync(path)
    _sync(directory)


def _check_free(base: pathlib.Path, version: int | None):
    if version is not None and version in published.versions(base):
        raise ValueError(
            f"{base / str(version)}: exists. Versions are never overwritten."
        )


@contextlib.contextmanager
def _reserved(base: pathlib.Path) -> Iterator[pathlib.Path]:
    # Its lock tells others that who writes here is alive.
    with _locked(base):
        _remove_abandoned(base)
        partial = base / f"{_PARTIAL}{uuid.uuid4().hex}"
        partial.mkdir()
        alive = _open_locked(partial)
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        os.close(alive)


def _remove_abandoned(base: pathlib.Path):
    for partial in base.glob(f"{_PARTIAL}*"):
        try:
            descriptor = _open_locked(partial, fcntl.LOCK_NB)
        except FileNotFoundError:  # Its writer has just removed it.
            continue
        except BlockingIOError:  # Its writer is at work.
            continue
        shutil.rmtree(partial, ignore_errors=True)
        os.close(descriptor)


@contextlib.contextmanager
def _locked(directory: pathlib.Path) -> Iterator[None]:
    descriptor = _open_locked(directory)
    try:
        yield
    finally:
        os.close(descriptor)


def _open_locked(directory: pathlib.Path, option: int = 0) -> int:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | option)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _make_durable(directory: pathlib.Path):
    # A new directory is an entry of its parent, which has to be synced too.
    missing = [p for p in (directory, *directory.parents) if not p.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _sync(path.parent)


def _sync(path: pathlib.Path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems sync no directories.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(descriptor)

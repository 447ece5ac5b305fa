"""Publishes numbered versions of a model atomically.

A server that watches the directory never sees an incomplete version: it is
written under a name that is not a number, synced, and renamed. Not even a power
failure leaves an incomplete version under a number.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import errno
import os
import pathlib
import shutil
import uuid

import filelock

from kp2part.system import atomic
from kp2part.system import published

_PARTIAL = ".partial-"
_LOCK = ".lock"


def publish(
    directory: str | os.PathLike,
    write: Callable[[pathlib.Path], None],
    version: int | None = None,
) -> pathlib.Path:
    """Has `write` fill a new directory, then renames it to a version number.

    Any number of processes may publish at once. Leftovers of killed ones are
    removed.

    Args:
        directory: Directory of the versions, created if missing.
        write: Creates and fills the directory it is given. If it raises,
            nothing is published.
        version: Number of the version; by default the next free one.

    Returns:
        The directory of the version.

    Raises:
        ValueError: The version exists.
        OSError: It cannot be written, e.g. as the disk is full.
    """
    base = pathlib.Path(directory)
    _make_durable(base)
    _check_free(base, version)
    _remove_abandoned(base)
    with atomic.naming_full_disk(base), _reserved(base) as partial:
        write(partial / "version")
        sync_tree(partial / "version")
        target = _give_number(partial / "version", base, version)
        _sync(base)
    return target


def next_version(directory: pathlib.Path) -> int:
    """Returns the number after the highest version."""
    return max(published.versions(directory), default=0) + 1


def sync_tree(directory: pathlib.Path):
    """Syncs all files and directories in `directory` to the disk."""
    for path in directory.rglob("*"):
        _sync(path)
    _sync(directory)


def _check_free(base: pathlib.Path, version: int | None):
    if version is not None and version in published.versions(base):
        raise ValueError(
            f"{base / str(version)}: exists. Versions are never overwritten."
        )


def _give_number(
    source: pathlib.Path, base: pathlib.Path, version: int | None
) -> pathlib.Path:
    while True:
        target = base / str(version or next_version(base))
        _check_free(base, version)
        try:
            os.rename(source, target)
            return target
        except OSError as error:
            # Another process has taken the number: `rename` never replaces a
            # directory that is not empty.
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise


@contextlib.contextmanager
def _reserved(base: pathlib.Path) -> Iterator[pathlib.Path]:
    partial = base / f"{_PARTIAL}{uuid.uuid4().hex}"
    # Locked before the directory exists: others never see it without its lock.
    with _lock(partial):
        partial.mkdir()
        try:
            yield partial
        finally:
            _remove(partial)


def _remove_abandoned(base: pathlib.Path):
    found = {path.with_suffix("") for path in base.glob(f"{_PARTIAL}*")}
    for partial in found:
        # The lock is taken if its writer is at work, or is another user's.
        with contextlib.suppress(OSError), _lock(partial, blocking=False):
            _remove(partial)


def _lock(partial: pathlib.Path, blocking: bool = True) -> filelock.FileLock:
    # The system releases the lock when the process ends, for whatever reason.
    return filelock.FileLock(partial.with_suffix(_LOCK), blocking=blocking)


def _remove(partial: pathlib.Path):
    """Removes leftovers of a writer, and the lock, which the caller holds."""
    shutil.rmtree(partial, ignore_errors=True)
    # A process waiting for this lock sees that it is gone and creates another.
    # Windows cannot remove open files; filelock does so after the release.
    with contextlib.suppress(PermissionError):
        partial.with_suffix(_LOCK).unlink(missing_ok=True)


def _make_durable(directory: pathlib.Path):
    # A new directory is an entry in its parent, which must be synced too.
    missing = [p for p in (directory, *directory.parents) if not p.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _sync(path.parent)


def _sync(path: pathlib.Path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync directories.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(descriptor)

"""Checksums of files, each computed once as long as the file stays the same."""

import contextlib
import hashlib
import os
import pathlib
import time

from kp2part.system import atomic
from kp2part.system import json_file

# Two changes within a step of the file system's clock leave equal times. FAT
# has the longest step: what changed less than 2 s ago is not remembered.
_CLOCK_STEP_NS = 2_000_000_000


def sha256(path: str | os.PathLike) -> str:
    """Returns the SHA-256 of a file, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sum(path: pathlib.Path, contents: str | os.PathLike | None = None):
    """Writes the checksum of a file beside it, as `sha256sum` does.

    Args:
        path: Of the file.
        contents: Where the file is as long as it is not there yet.
    """
    text = f"{sha256(contents or path)}  {path.name}\n"
    atomic.write_text(_sum_of(path), text)


def read_sum(path: pathlib.Path) -> str | None:
    """Returns the checksum beside a file, None if there is none."""
    if not _sum_of(path).is_file():
        return None
    text = _sum_of(path).read_text(encoding="utf-8", errors="replace")
    return text.partition(" ")[0]


def remove_sum(path: pathlib.Path):
    """Removes the checksum beside a file."""
    _sum_of(path).unlink(missing_ok=True)


class Memory:
    """Remembers the checksums of the files of a directory.

    A file that was written or replaced since is read again: its size, inode,
    time of change (mtime) and the time at which the system noted that change
    (ctime, which no program can set) must all be as they were.

    Args:
        path: JSON file to remember them in, in that directory. Where it cannot
            be written, they are remembered for this process only.
    """

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._entries = _read(path)
        self._is_new = False

    def sha256(self, path: pathlib.Path) -> str:
        """Returns the checksum of a file of the directory."""
        before = _stamp(path)
        stamp, known = self._entries.get(path.name, (None, None))
        if known is not None and stamp == before:
            return known
        return self.read(path)

    def read(self, path: pathlib.Path) -> str:
        """Returns the checksum of a file, computed anew."""
        before = _stamp(path)
        value = sha256(path)
        changed = max(before[1], before[3])
        settled = time.time_ns() - changed > _CLOCK_STEP_NS
        if settled and _stamp(path) == before:
            self._entries[path.name] = before, value
            self._is_new = True
        return value

    def has_sum(self, path: pathlib.Path) -> bool:
        """Returns whether a file is that whose sum `write_sum` wrote down."""
        wanted = read_sum(path)
        if wanted is None or not path.is_file():
            return False
        return wanted == self.sha256(path) or wanted == self.read(path)

    def save(self):
        """Writes what is new into the file."""
        if not self._is_new:
            return
        # A directory of someone else, or a full disk: no reason to stop.
        with contextlib.suppress(OSError):
            json_file.write(self.path, self._entries)
        self._is_new = False


def _sum_of(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(f"{path.name}.sha256")


def _stamp(path: pathlib.Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns, state.st_ino, state.st_ctime_ns]


def _read(path: pathlib.Path) -> dict[str, tuple[list[int], str]]:
    # Nothing is lost with it: the files are read again.
    with contextlib.suppress(ValueError):
        return json_file.read(path, dict[str, tuple[list[int], str]])
    return {}

"""How much memory this process may still take."""

import pathlib

_MEMINFO = pathlib.Path("/proc/meminfo")
_CGROUP = pathlib.Path("/sys/fs/cgroup")


def available() -> int | None:
    """Returns the free memory in bytes, None if the system does not say.

    That is what Linux can free without swapping, or less where the limit of a
    container is near.
    """
    known = [x for x in (_of_machine(), _of_container()) if x is not None]
    return min(known, default=None)


def gibibytes(num_bytes: int) -> str:
    """Returns a number of bytes in words: 1.50 GiB."""
    return f"{num_bytes / 2**30:.2f} GiB"


def _of_machine() -> int | None:
    if not _MEMINFO.is_file():
        return None
    for line in _MEMINFO.read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _of_container() -> int | None:
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = int((_CGROUP / "memory.current").read_text())
        stat = (_CGROUP / "memory.stat").read_text().split()
    except (OSError, ValueError):
        return None
    if limit == "max":
        return None
    # Files that were read count as used, and are dropped when needed.
    cached = int(stat[stat.index("inactive_file") + 1])
    return int(limit) - used + cached

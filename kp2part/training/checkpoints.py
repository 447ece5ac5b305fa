"""The checkpoints of a run: the newest two, each with its checksum.

`checkpoint-00003.keras` is that after three epochs, and
`checkpoint-00003-00120.keras` that after 120 steps more.

A zip file's own checksums do not tell of all damage, and a file that was cut
short tells of none. So a file of the checksum lies beside each checkpoint, and
is there first. One that is damaged is passed over for the one before.
"""

from collections.abc import Callable
import functools
import pathlib
import re
import zipfile

from absl import logging

from kp2part.system import atomic
from kp2part.system import checksum
from kp2part.training import progress as progress_lib

PATTERN = "checkpoint-*.keras"
_NAME = re.compile(r"checkpoint-(\d{5,})(?:-(\d{5,}))?\.keras")
_NUM_KEPT = 2


def save(
    directory: pathlib.Path,
    write: Callable[[str], object],
    done: progress_lib.Progress,
):
    """Has `write` write the checkpoint of a run that is so far.

    Keeps that before it, and removes the older ones.
    """
    steps = f"-{done.steps:05d}" if done.steps else ""
    path = directory / f"checkpoint-{done.epochs:05d}{steps}.keras"
    atomic.write(path, functools.partial(_write, write, path))
    older = [p for number, p in _found(directory) if number <= done]
    for old in older[_NUM_KEPT:]:
        old.unlink()
        checksum.remove_sum(old)


def newest(
    directory: pathlib.Path,
) -> tuple[pathlib.Path | None, progress_lib.Progress]:
    """Returns the newest checkpoint that is whole, and how far it is.

    Returns None and no progress if there is none at all.

    Raises:
        ValueError: There are some, and all of them are damaged.
    """
    problems = []
    for done, path in _found(directory):
        fault = _fault(path)
        if fault is None:
            return path, done
        problems.append(f"{path}: {fault}")
        logging.warning("%s. Looking for the one before.", problems[-1])
    if problems:
        raise ValueError(
            f"{'; '.join(problems)}. No checkpoint is left: restore one from a "
            "copy, or choose another --workdir to start a new run."
        )
    return None, progress_lib.START


def _write(write: Callable[[str], object], path: pathlib.Path, partial: str):
    write(partial)
    checksum.write_sum(path, partial)


def _found(
    directory: pathlib.Path,
) -> list[tuple[progress_lib.Progress, pathlib.Path]]:
    """Returns the checkpoints with how far they are, newest first."""
    found = [
        (progress_lib.Progress(int(match[1]), int(match[2] or 0)), path)
        for path in directory.glob(PATTERN)
        if (match := _NAME.fullmatch(path.name))
    ]
    return sorted(found, reverse=True)


def _fault(path: pathlib.Path) -> str | None:
    if (wanted := checksum.read_sum(path)) is not None:
        found = checksum.sha256(path)
        return (
            None
            if found == wanted
            else ("is damaged: its SHA-256 is not the one written beside it")
        )
    # Written by an earlier version.
    try:
        with zipfile.ZipFile(path) as file:
            member = file.testzip()
        return member and f"is damaged: {member} in it has another checksum"
    except (zipfile.BadZipFile, OSError) as error:
        return f"is damaged: {error}"

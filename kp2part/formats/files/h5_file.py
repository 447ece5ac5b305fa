"""Reads arrays and names from HDF5 files that somebody has sent.

A small file can claim terabytes, or that its contents are in another file: both
are refused before anything is read. Nothing is unpickled.
"""

from collections.abc import Iterator
import contextlib
import pathlib
from typing import Any

import h5py
import numpy as np

from kp2part.formats.names import identity

# Of an array: an hour of 10 animals of 20 points, at 100 frames a second, has
# 1.2 GB; a file of such a length would be cut.
_MAX_BYTES = 2 << 30
# What h5py and NumPy raise for broken files.
_ERRORS = (
    *(ArithmeticError, LookupError, MemoryError, OSError, RuntimeError),
    *(TypeError, ValueError),
)


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[h5py.File]:
    """Opens a file for reading.

    Raises:
        ValueError: It is no HDF5 file, or broken: also where that shows later,
            within the context.
    """
    try:
        with h5py.File(path) as file:
            yield file
    except _ERRORS as error:
        if str(error).startswith(str(path)):
            raise  # Ours.
        reason = str(error).split("\n")[0]
        raise ValueError(
            f"{path}: cannot be read as an HDF5 file: {reason:.200}"
        ) from error


def dataset(group: h5py.Group, name: str, where: str) -> h5py.Dataset:
    """Returns an array that is in the file itself, not read yet.

    Raises:
        ValueError: There is none, or it is too large, or elsewhere.
    """
    link = group.get(name, getlink=True)
    found = group.get(name) if isinstance(link, h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset):
        raise ValueError(f"{where}: has no array {name!r}.")
    if found.external or found.is_virtual:
        raise ValueError(f"{where}: array {name!r} must be in the file itself.")
    if found.shape is None or found.nbytes > _MAX_BYTES:
        raise ValueError(
            f"{where}: array {name!r} must have at most {_MAX_BYTES} bytes. "
            f"Received: {found.shape}"
        )
    return found


def numbers(
    group: h5py.Group, name: str, where: str, ndim: int, kinds: str = "f"
) -> np.ndarray:
    """Returns an array of numbers.

    Args:
        group: That has it.
        name: Of the array.
        where: File and group, for messages.
        ndim: Number of dimensions that it must have.
        kinds: What its numbers may be: NumPy's letters, "f" or "iu" or both.

    Raises:
        ValueError: See `dataset`, or its dimensions or its type are others.
    """
    found = dataset(group, name, where)
    if found.ndim != ndim or found.dtype.kind not in kinds:
        raise ValueError(
            f"{where}: array {name!r} must have {ndim} dimensions and hold "
            f"numbers. Received: {found.dtype!s:.80}, shape {found.shape}"
        )
    return found[()]


def texts(group: h5py.Group, name: str, where: str) -> list[str]:
    """Returns a list of texts, or of whole numbers as texts.

    Raises:
        ValueError: See `dataset`, or it holds something else.
    """
    found = dataset(group, name, where)
    is_text = found.dtype.kind == "S" or h5py.check_string_dtype(found.dtype)
    if found.ndim != 1 or not (is_text or found.dtype.kind in "iu"):
        raise ValueError(
            f"{where}: array {name!r} must be a list of texts. "
            f"Received: {found.dtype!s:.80}, shape {found.shape}"
        )
    return [text(value, f"{where}: array {name!r}") for value in found[()]]


def text(value: Any, where: str) -> str:
    """Returns an attribute or a value as text.

    Raises:
        ValueError: It is none, or not in UTF-8.
    """
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{where}: must be UTF-8 text. Received: {value!r:.80}"
            ) from error
    if isinstance(value, str):
        return value
    if isinstance(value, np.integer):
        return str(value)
    raise ValueError(
        f"{where}: must be a text. Received: {identity.shown(value)}"
    )

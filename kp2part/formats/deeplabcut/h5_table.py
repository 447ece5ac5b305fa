"""Reads DeepLabCut's HDF5 files, which pandas has written, without pandas.

Labeled photos are in pandas' "fixed" layout, predictions of a video in its
"table" layout, whose names of columns are pickled: see `pickled_names`. What is
in neither way is refused: the CSV file beside it says the same.
"""

from collections.abc import Iterator
import pathlib
from typing import Any

import h5py
import numpy as np

from kp2part.formats.deeplabcut import table as deeplabcut
from kp2part.formats.files import h5_file
from kp2part.formats.files import pickled_names
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file

_ADVICE = "Read the .csv file of DeepLabCut instead."
_LAYOUT = "pandas_type"
_FIXED, _TABLE = "frame", "frame_table"
_Header = list[tuple[str, ...]]


def is_one(file: h5py.File) -> bool:
    """Returns whether an HDF5 file holds a table of pandas."""
    return bool(_groups(file))


def read(
    path: pathlib.Path,
    vocabulary: vocabulary_lib.Vocabulary,
    min_likelihood: float,
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos, and pairs of a photo and what to parse.

    Args:
        path: Of the file.
        vocabulary: Names of keypoints.
        min_likelihood: Of a point that is there.

    Raises:
        ValueError: The table is broken, or in another layout.
    """
    with h5_file.opened(path) as file:
        groups = _groups(file)
        if len(groups) != 1:
            raise ValueError(
                f"{path}: must have one table. Received: {sorted(groups)}. "
                f"{_ADVICE}"
            )
        ((name, layout),) = groups.items()
        where = f"{path}: {name}"
        table = _fixed if layout == _FIXED else _table
        header, index, values = table(file[name], where)
    if not header or not all(
        len(names) in (3, 4) and all(names) for names in header
    ):
        raise ValueError(
            f"{where}: a column must have 3 or 4 names: scorer, individual (if "
            "there are several), body part and coordinate. "
            f"Received: {identity.shown(header[:1])}. {_ADVICE}"
        )
    rows = [
        deeplabcut.Row(key, row, f"{where}: row {number}")
        for number, (key, row) in enumerate(zip(index, values, strict=True))
    ]
    return deeplabcut.entries(path, header, rows, vocabulary, min_likelihood)


def parse(
    entry: deeplabcut.Entry | pose_file.PassedOver,
    vocabulary: vocabulary_lib.Vocabulary,
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    return deeplabcut.parse(entry, vocabulary)


def _groups(file: h5py.File) -> dict[str, str]:
    """Returns the layout of each table, by the name of its group."""
    found = {}
    for name in file:
        link = file.get(name, getlink=True)
        item = file.get(name) if isinstance(link, h5py.HardLink) else None
        if isinstance(item, h5py.Group):
            layout = _attribute(item, _LAYOUT)
            if layout in (_FIXED, _TABLE):
                found[name] = layout
    return found


def _attribute(item: Any, name: str) -> str:
    value = item.attrs.get(name)
    return value.decode("latin-1") if isinstance(value, bytes) else ""


def _fixed(
    group: h5py.Group, where: str
) -> tuple[_Header, list[str | int], np.ndarray]:
    """Returns header, index and values of a table in the "fixed" layout."""
    header = _levels(group, "block0_items", where)
    if len(header) != len(_levels(group, "axis0", where)):
        raise ValueError(f"{where}: must have one block. {_ADVICE}")
    if "axis1" in group:  # Of one level: a path, or a frame.
        index: list[str | int] = _keys(group, "axis1", where)
    else:
        index = ["/".join(names) for names in _levels(group, "axis1", where)]
    values = h5_file.numbers(group, "block0_values", where, 2)
    if not group["block0_values"].attrs.get("transposed"):
        values = values.T
    _check_shape(values, index, header, where)
    return header, index, values


def _levels(group: h5py.Group, axis: str, where: str) -> list[tuple[str, ...]]:
    """Returns the names of each row or column, one for each level."""
    columns = []
    while f"{axis}_level{len(columns)}" in group:
        number = len(columns)
        names = h5_file.texts(group, f"{axis}_level{number}", where)
        labels = h5_file.numbers(group, f"{axis}_label{number}", where, 1, "iu")
        if ((labels < 0) | (labels >= len(names))).any():
            raise ValueError(
                f"{where}: {axis} has a column or a row without a name."
            )
        columns.append([names[label] for label in labels])
    if not columns or any(len(c) != len(columns[0]) for c in columns):
        raise ValueError(f"{where}: {axis} must have levels of names.")
    return list(zip(*columns, strict=True))


def _keys(group: h5py.Group, name: str, where: str) -> list[str | int]:
    return _index(h5_file.dataset(group, name, where)[()], where)


def _index(values: np.ndarray, where: str) -> list[str | int]:
    """Returns numbers of frames, or paths."""
    if values.ndim == 1 and values.dtype.kind in "iu" and (values >= 0).all():
        return [int(value) for value in values]
    if values.ndim == 1 and values.dtype.kind == "S":
        return [h5_file.text(bytes(value), where) for value in values]
    raise ValueError(
        f"{where}: the index must be frames or paths. "
        f"Received: {values.dtype!s:.80}. {_ADVICE}"
    )


def _table(
    group: h5py.Group, where: str
) -> tuple[_Header, list[str | int], np.ndarray]:
    """Returns header, index and values of a table in the "table" layout."""
    table = h5_file.dataset(group, "table", where)
    if table.dtype.names != ("index", "values_block_0") or table.ndim != 1:
        raise ValueError(
            f"{where}: must have one index and one block. "
            f"Received: {identity.shown(table.dtype.names)}. {_ADVICE}"
        )
    rows = table[()]
    values = rows["values_block_0"]
    names = pickled_names.read(
        bytes(table.attrs.get("values_block_0_kind") or b""),
        f"{where}: `values_block_0_kind`",
    )
    if not isinstance(names, list) or not all(map(_are_texts, names)):
        raise ValueError(
            f"{where}: a column must have a list of names. {_ADVICE}"
        )
    header = [tuple(column) for column in names]
    index = _index(rows["index"], where)
    if values.ndim != 2 or values.dtype.kind != "f":
        raise ValueError(f"{where}: must hold numbers. {_ADVICE}")
    _check_shape(values, index, header, where)
    return header, index, values


def _are_texts(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(n, str) for n in names)


def _check_shape(values: np.ndarray, index: list, header: _Header, where: str):
    if values.shape != (len(index), len(header)):
        raise ValueError(
            f"{where}: must have {len(index)} rows of {len(header)} numbers, "
            f"as its index and header. Received: {values.shape}"
        )

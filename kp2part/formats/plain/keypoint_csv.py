"""Reads keypoints from a plain table, `photo,keypoint,x,y,v`, one a line.

Two more columns may be there: `object` tells the objects of a photo apart, as
the numbers in masks of objects do; `class` is the class of the object. There
are no boxes. For conventions see `readers`.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import csv
import dataclasses
import io
import math
import pathlib

from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import keys
from kp2part.system import text_file

FORMAT = "csv"
COLUMNS = ("photo", "keypoint", "x", "y", "v")
OPTIONAL = ("object", "class")
_VISIBILITY = {str(v): v for v in (keys.ABSENT, keys.OCCLUDED, keys.VISIBLE)}


@dataclasses.dataclass(frozen=True)
class Entry:
    """The lines of one object, not checked yet.

    Attributes:
        instance: Its `object`; "" if there is no such column.
        lines: By number, from 1, the values by column.
        path: Of the file.
    """

    instance: str
    lines: Mapping[int, Mapping[str, str]]
    path: pathlib.Path


def is_one(first: str) -> bool:
    """Returns whether the first line of a file is that of such a table."""
    cells = first.replace(";", ",").split(",")
    return {"photo", "keypoint"} <= {cell.strip() for cell in cells}


def read(
    path: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos of a table, and pairs of a photo and an `Entry`.

    Args:
        path: Of the file.
        vocabulary: Names of classes and keypoints.

    Raises:
        ValueError: The columns are others, a line has more or fewer values, or
            a keypoint is unknown.
    """
    objects: dict[tuple[str, str], dict[int, Mapping[str, str]]] = {}
    for number, line in _lines(path):
        instance = line.get("object", "")
        if instance:
            where = f"{path}: line {number}"
            instance = identity.id_of(instance, where, "object")
        objects.setdefault((line["photo"], instance), {})[number] = line
    names = dict.fromkeys(
        line["keypoint"]
        for of_object in objects.values()
        for line in of_object.values()
    )
    vocabulary.keypoints_of(names, FORMAT, str(path))
    photos = {name: pose_file.Photo(name) for name, _ in objects}
    entries = (
        (photos[name], Entry(instance, lines, path))
        for (name, instance), lines in objects.items()
    )
    return tuple(photos.values()), entries


def parse(
    entry: Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    where = f"{entry.path}: line {min(entry.lines)}"
    name = _class_name(entry, where)
    unnamed = vocabulary_lib.unnamed_class(vocabulary.category)
    class_name = vocabulary.class_of(name) if name else unnamed
    if class_name is None:
        return pose_file.PassedOver(f"of class {name!r:.40}")
    points: dict[str, tuple[float, float, int]] = {}
    for number, line in entry.lines.items():
        here = f"{entry.path}: line {number}"
        if line["keypoint"] in points:
            raise ValueError(
                f"{here}: this object has {line['keypoint']!r} already. A "
                "column `object` tells objects apart."
            )
        points[line["keypoint"]] = _point(line, here)
    if not any(v for _, _, v in points.values()):
        return pose_file.PassedOver("without keypoints", is_object=True)
    return annotation.make(
        class_name,
        None,
        points,
        vocabulary=vocabulary,
        format_name=FORMAT,
        source=where,
        instance=entry.instance,
    )


def _lines(path: pathlib.Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = text_file.read(path)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [cell.strip() for cell in next(lines, [])]
        _check_columns(columns, path)
        for values in lines:
            if any(cell.strip() for cell in values):
                number = lines.line_num
                yield number, _line(columns, values, path, number)
    except csv.Error as error:
        raise ValueError(f"{path}: line {lines.line_num}: {error}") from error


def _check_columns(columns: list[str], path: pathlib.Path):
    if not set(COLUMNS) <= set(columns) <= {*COLUMNS, *OPTIONAL} or (
        identity.twice(columns)
    ):
        raise ValueError(
            f"{path}: line 1 must be {','.join(COLUMNS)}, in any order, and "
            f"may have {' and '.join(OPTIONAL)}. "
            f"Received: {','.join(columns):.80}"
        )


def _line(columns, values, path: pathlib.Path, number: int) -> dict[str, str]:
    if len(values) != len(columns):
        raise ValueError(
            f"{path}: line {number} must have {len(columns)} values. "
            f"Received: {len(values)}"
        )
    line = {
        column: value.strip()
        for column, value in zip(columns, values, strict=True)
    }
    for column in "photo", "keypoint":
        if not line[column]:
            raise ValueError(
                f"{path}: line {number}: `{column}` must not be empty."
            )
    return line


def _class_name(entry: Entry, where: str) -> str:
    names = {line.get("class", "") for line in entry.lines.values()}
    if len(names) > 1:
        raise ValueError(
            f"{where}: `class` must be the same for all lines of an object. "
            f"Received: {', '.join(sorted(names)):.80}"
        )
    return names.pop()


def _point(line: Mapping[str, str], where: str) -> tuple[float, float, int]:
    if line["v"] not in _VISIBILITY:
        raise ValueError(
            f"{where}: `v` must be 0 (absent), 1 (hidden) or 2 (visible). "
            f"Received: {identity.shown(line['v'])}"
        )
    v = _VISIBILITY[line["v"]]
    if not v:
        return 0, 0, v
    return _number(line, "x", where), _number(line, "y", where), v


def _number(line: Mapping[str, str], column: str, where: str) -> float:
    try:
        value = float(line[column])
    except ValueError:
        value = math.nan
    if not annotation.is_coordinate(value):
        raise ValueError(
            f"{where}: `{column}` must be a finite number, with a point. "
            f"Received: {identity.shown(line[column])}"
        )
    return value

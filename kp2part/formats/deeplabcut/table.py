"""What the tables of DeepLabCut say, be they CSV or HDF5.

A row is a photo, by its path, or a frame of a video, by its number. A column is
x, y or the likelihood of a body part, of an individual if there are several. A
point is there if its coordinates are, and if its likelihood is high enough. For
conventions see `readers`.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math
import pathlib

from kp2part.formats.files import xml_file
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import keys

FORMAT = "deeplabcut"
MIN_LIKELIHOOD = 0.6  # DeepLabCut's own `pcutoff`.
_UNIQUE = "single"  # Whose body parts no individual of a multi-animal file has.
_NOTHING = ("", "nan")
_COORDS = ("x", "y", "likelihood")

Cell = str | float
Columns = Mapping[str, tuple[int, ...]]


@dataclasses.dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        index: Path of a photo, or number of a frame from 0.
        cells: One for each column: a number, NaN for none, or its text.
        source: File and row, for messages.
    """

    index: str | int
    cells: Sequence[Cell]
    source: str


@dataclasses.dataclass(frozen=True)
class Entry:
    """What a row says of one individual, not checked yet.

    Attributes:
        individual: Its name, "" if the table has no names.
        columns: Of x, y and, if there is one, of the likelihood, by body part.
        row: The row.
        min_likelihood: Of a point that is there.
    """

    individual: str
    columns: Columns
    row: Row
    min_likelihood: float


def entries(
    path: pathlib.Path,
    header: Sequence[tuple[str, ...]],
    rows: Sequence[Row],
    vocabulary: vocabulary_lib.Vocabulary,
    min_likelihood: float,
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos of a table, and pairs of a photo and an `Entry`.

    Args:
        path: Of the file.
        header: Of each column: scorer, individual if the table has such a
            line, body part and coordinate.
        rows: Of the table.
        vocabulary: Names of keypoints.
        min_likelihood: Of a point that is there.

    Raises:
        ValueError: The header breaks a rule, or two rows are of one photo.
    """
    individuals = _individuals(path, header)
    for name, columns in individuals.items():
        if name != _UNIQUE or len(individuals) == 1:
            vocabulary.keypoints_of(columns, FORMAT, str(path))
    video = video_name(path, header[0][0])
    photos: dict[pose_file.Photo, Row] = {}
    for row in rows:
        photo = _photo(row.index, video)
        if photo in photos:
            raise ValueError(
                f"{row.source}: has the photo of {photos[photo].source}: "
                f"{row.index!r:.80}. Remove one of the two."
            )
        photos[photo] = row
    found = (
        (photo, Entry(name, columns, row, min_likelihood))
        for photo, row in photos.items()
        for name, columns in individuals.items()
    )
    return tuple(photos), _without_unique(found, len(individuals))


def _without_unique(found, count: int) -> Iterator[tuple]:
    for photo, entry in found:
        if entry.individual == _UNIQUE and count > 1:
            yield photo, pose_file.PassedOver("of unique body parts")
        else:
            yield photo, entry


def video_name(path: pathlib.Path, scorer: str = "DLC") -> str:
    """Returns what the video is called whose predictions a file holds.

    Args:
        path: Of the file, `<video><scorer>.csv` or the like.
        scorer: Name of the network, as in the table.

    Returns:
        The name without folder and suffix; all of the file's if it does not
        have the scorer's, nor "DLC".
    """
    stem = path.stem
    for end in (stem.rfind(scorer), stem.find("DLC", 1)):
        if end > 0:
            return stem[:end]
    return stem


def _photo(index: str | int, video: str) -> pose_file.Photo:
    if isinstance(index, int):
        return pose_file.Photo(video, frame=index)
    return pose_file.Photo(index)


def _individuals(
    path: pathlib.Path, header: Sequence[tuple[str, ...]]
) -> dict[str, Columns]:
    """Returns the columns of each individual and body part."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for number, (scorer, *between, coord) in enumerate(header):
        if scorer != header[0][0]:
            raise ValueError(
                f"{path}: must be of one scorer. Received: "
                f"{header[0][0]!r:.80} and {scorer!r:.80}"
            )
        individual, part = ["", *between][-2:]
        where = f"{path}: body part {part!r:.80}"
        if coord not in _COORDS:
            raise ValueError(
                f"{where}: `coords` must be x, y or likelihood. 3D is not "
                f"read. Received: {coord!r:.80}"
            )
        columns = found.setdefault(individual, {}).setdefault(part, {})
        if columns.setdefault(coord, number) != number:
            raise ValueError(f"{where}: has two columns {coord!r}.")
    return {
        individual: {
            part: _in_order(columns, f"{path}: body part {part!r:.80}")
            for part, columns in parts.items()
        }
        for individual, parts in found.items()
    }


def _in_order(columns: dict[str, int], where: str) -> tuple[int, ...]:
    if missing := [name for name in "xy" if name not in columns]:
        raise ValueError(f"{where}: has no column {missing[0]!r}.")
    return tuple(columns[name] for name in _COORDS if name in columns)


def parse(
    entry: Entry | pose_file.PassedOver,
    vocabulary: vocabulary_lib.Vocabulary,
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    if isinstance(entry, pose_file.PassedOver):
        return entry
    where = entry.row.source
    if entry.individual:
        where += f" ({identity.one_line(entry.individual)})"
    points = {}
    for name, columns in entry.columns.items():
        here = f"{where}: body part {name!r:.80}"
        cells = [_number(entry.row.cells[c], here) for c in columns]
        if _is_there(cells, here, entry.min_likelihood):
            points[name] = cells[0], cells[1], keys.VISIBLE
    if not points:
        return pose_file.PassedOver("without keypoints")
    return annotation.make(
        vocabulary_lib.ANY_CLASS,
        None,
        points,
        vocabulary=vocabulary,
        format_name=FORMAT,
        source=where,
        instance=entry.individual,
    )


def _number(cell: Cell, where: str) -> float:
    if not isinstance(cell, str):
        return float(cell)
    if cell.strip().lower() in _NOTHING:
        return math.nan
    return xml_file.number_of(cell, where, "cell")


def _is_there(
    cells: Sequence[float], where: str, min_likelihood: float
) -> bool:
    x, y, *likelihood = cells
    if likelihood and not likelihood[0] >= min_likelihood:
        return False  # Unlikely, or NaN.
    if math.isnan(x) and math.isnan(y):
        return False
    if annotation.is_coordinate(x) and annotation.is_coordinate(y):
        return True
    raise ValueError(
        f"{where}: x and y must be coordinates in pixels, or both empty. "
        f"Received: {identity.shown([x, y])}"
    )

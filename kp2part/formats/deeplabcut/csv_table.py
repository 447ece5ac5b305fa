"""Reads DeepLabCut's CSV files: labeled photos, and predictions of a video.

The first lines are `scorer`, `individuals` if there are several animals,
`bodyparts` and `coords`. Before the columns of the body parts, a row has the
number of its frame, or the path of its photo, in one column or in three.
"""

from collections.abc import Iterator
import csv
import io
import pathlib
import re

from kp2part.formats.deeplabcut import table as deeplabcut
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.system import text_file

FIRST_CELL = "scorer"
LABELED = "CollectedData_*.csv"  # Of one folder of photos.
_HEADERS = (
    ["scorer", "bodyparts", "coords"],
    ["scorer", "individuals", "bodyparts", "coords"],
)
_FRAME = re.compile(r"(\d{1,9})(\.0*)?", re.ASCII)


def read(
    path: pathlib.Path,
    vocabulary: vocabulary_lib.Vocabulary,
    min_likelihood: float,
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos, and pairs of a photo and what to parse.

    Args:
        path: Of a file, or of a directory: then all `LABELED` in it are read.
        vocabulary: Names of keypoints.
        min_likelihood: Of a point that is there.

    Raises:
        ValueError: The header is broken, a row has no photo, or another's.
    """
    paths = _labeled(path) if path.is_dir() else [path]
    photos: dict[pose_file.Photo, None] = {}
    pairs: list[Iterator[tuple]] = []
    for file in paths:
        header, rows = _table(file)
        named, found = deeplabcut.entries(
            file, header, rows, vocabulary, min_likelihood
        )
        if both := [photo.name for photo in named if photo in photos]:
            raise ValueError(f"{file}: another file has {both[0]!r:.80}, too.")
        photos |= dict.fromkeys(named)
        pairs.append(found)
    return tuple(photos), (pair for found in pairs for pair in found)


def _labeled(directory: pathlib.Path) -> list[pathlib.Path]:
    paths = sorted(directory.rglob(LABELED))
    folders = [str(path.parent) for path in paths]
    if both := identity.twice(folders):
        raise ValueError(
            f"{both[0]}: must have one file {LABELED}: those of several "
            "people label the same photos."
        )
    return paths


def parse(
    entry: deeplabcut.Entry | pose_file.PassedOver,
    vocabulary: vocabulary_lib.Vocabulary,
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    return deeplabcut.parse(entry, vocabulary)


def _table(
    path: pathlib.Path,
) -> tuple[list[tuple[str, ...]], list[deeplabcut.Row]]:
    lines = _lines(path)
    firsts = [cells[0].strip() for _, cells in lines[:4]]
    count = next((len(h) for h in _HEADERS if firsts[: len(h)] == h), 0)
    if not count:
        raise ValueError(
            f"{path}: must begin with the lines scorer, individuals (if there "
            f"are several), bodyparts and coords. Received: {firsts}"
        )
    names = [cells for _, cells in lines[:count]]
    # Of the path of a photo, only the first column has a name.
    filled = (i for i, cell in enumerate(names[0]) if i and cell.strip())
    start = next(filled, len(names[0]))
    for number, cells in lines:
        if len(cells) != len(names[0]):
            raise ValueError(
                f"{path}: line {number} must have {len(names[0])} cells, as "
                f"the first. Received: {len(cells)}"
            )
    stripped = ([cell.strip() for cell in line[start:]] for line in names)
    header = list(zip(*stripped, strict=True))
    if not header or not all(map(all, header)):
        raise ValueError(f"{path}: a column has no name in the first lines.")
    rows = [
        _row(cells, start, f"{path}: line {number}")
        for number, cells in lines[count:]
        if any(cell.strip() for cell in cells)
    ]
    return header, rows


def _lines(path: pathlib.Path) -> list[tuple[int, list[str]]]:
    """Returns number and cells of each line that is not empty."""
    text = io.StringIO(text_file.read(path), newline="")
    reader = csv.reader(text, strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise ValueError(
            f"{path}: line {reader.line_num} is no CSV: {error}"
        ) from error


def _row(cells: list[str], start: int, where: str) -> deeplabcut.Row:
    names = [cell.strip() for cell in cells[:start]]
    if not all(names):
        raise ValueError(
            f"{where}: must begin with a frame or a path. Received: {names}"
        )
    index: str | int = "/".join(names)
    if start == 1 and (found := _FRAME.fullmatch(names[0])):
        index = int(found[1])
    return deeplabcut.Row(index, cells[start:], where)

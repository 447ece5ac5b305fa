"""Reads PASCAL VOC: boxes in `Annotations/<id>.xml`, lists in `ImageSets`.

VOC's boxes are 1-based and inclusive. In pixel edges, as used everywhere else
in this project, they are (xmin - 1, ymin - 1, xmax, ymax).
"""

import pathlib
import xml.etree.ElementTree as ET

from kp2part.formats.files import xml_file
from kp2part.formats.names import identity
from kp2part.schema import boxes
from kp2part.schema import coordinates
from kp2part.system import text_file

# Names of classes that Pascal-Part spells differently.
_PASCAL_PART_CLASSES = {"diningtable": "table"}

IMAGE_SETS = ("train", "val")
_FLAGS = ("-1", "0", "1")  # Second column of the lists of one class.


def pascal_part_class(class_name: str) -> str:
    """Returns Pascal-Part's spelling of a class of VOC."""
    return _PASCAL_PART_CLASSES.get(class_name, class_name)


def edges(xmin: float, ymin: float, xmax: float, ymax: float) -> boxes.Box:
    """Returns a 1-based, inclusive box in pixel edges."""
    return (xmin - 1, ymin - 1, xmax, ymax)


def read_boxes(
    path: pathlib.Path, size: tuple[int, int] | None = None
) -> tuple[tuple[str, boxes.Box], ...]:
    """Returns class name and box of each object in a VOC annotation file.

    Args:
        path: Path of the file.
        size: (height, width) of the photo, to compare with the file's.

    Raises:
        ValueError: The file breaks a rule, or is of a photo of another size.
    """
    found = []
    root = xml_file.read(path)
    if size is not None:
        coordinates.check_size(_declared_size(root, path), size, str(path))
    for number, item in enumerate(root.findall("object"), start=1):
        where = f"{path}: object {number}"
        # `find`, not `iter`: body parts of people have a `bndbox` as well.
        if (box := item.find("bndbox")) is None:
            raise ValueError(f"{where}: has no field `bndbox`.")
        corners = [
            xml_file.number_of(box.findtext(name), where, f"bndbox/{name}")
            for name in ("xmin", "ymin", "xmax", "ymax")
        ]
        if corners[2] < corners[0] or corners[3] < corners[1]:
            raise ValueError(
                f"{where}: `bndbox` must have xmax >= xmin and ymax >= ymin. "
                f"Received: {corners}"
            )
        name = xml_file.text_of(item.findtext("name"), where, "name")
        bounds = edges(*corners)
        if size is not None:
            coordinates.check_box(bounds, size, where)
        found.append((pascal_part_class(name), bounds))
    return tuple(found)


def _declared_size(
    root: ET.Element, path: pathlib.Path
) -> tuple[int | None, int | None]:
    # Some tools write 0 if they do not know the size.
    height, width = (
        None
        if (side := root.find(f"size/{name}")) is None
        else int(xml_file.number_of(side.text, str(path), f"size/{name}"))
        or None
        for name in ("height", "width")
    )
    return height, width


def read_image_sets(directory: pathlib.Path) -> dict[str, tuple[str, ...]]:
    """Returns the image ids listed in `train.txt` and `val.txt`, as splits.

    One of the two may be missing. Only the first word of a line is used: lists
    for one class (`horse_train.txt`) have a second column.
    """
    paths = {name: directory / f"{name}.txt" for name in IMAGE_SETS}
    splits = {n: _read_ids(p) for n, p in paths.items() if p.is_file()}
    if not splits:
        raise ValueError(f"{directory}: has neither train.txt nor val.txt.")
    shared = set.intersection(*map(set, splits.values()))
    if len(splits) > 1 and shared:
        raise ValueError(
            f"{directory}: splits must not share images. "
            f"In both: {sorted(shared)[:5]}"
        )
    return splits


def _read_ids(path: pathlib.Path) -> tuple[str, ...]:
    ids = []
    for number, line in enumerate(text_file.read(path).split("\n"), start=1):
        words = line.split()
        if len(words) > 2 or (len(words) == 2 and words[1] not in _FLAGS):
            raise ValueError(
                f"{path}: line {number} must be an image, or an image and -1, "
                f"0 or 1. Received: {line.strip()!r:.80}"
            )
        ids += words[:1]
    if not ids:
        raise ValueError(f"{path}: lists no image.")
    if found := identity.twice(ids):
        raise ValueError(f"{path}: must not list images twice: {found[:5]}")
    return tuple(ids)

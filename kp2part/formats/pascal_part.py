"""Reads Pascal-Part annotations: `Annotations_Part/<id>.mat`.

Chen et al., "Detect What You Can", CVPR 2014. One file per photo, with the mask
of each object and of each of its visible parts, at the size of the photo. The
order of objects is arbitrary; part masks overlap (an eye lies in its head).
"""

import dataclasses
import io
import pathlib

import numpy as np
import scipy.io

from kp2part.schema import boxes


@dataclasses.dataclass(frozen=True)
class Part:
    """A visible part of an object.

    Attributes:
        name: As annotated, e.g. "lfuleg".
        mask: bool [H, W], at the photo's size.
    """

    name: str
    mask: np.ndarray


@dataclasses.dataclass(frozen=True)
class Object:
    """One object of a photo.

    Attributes:
        index: 0-based index in its file.
        class_name: As Pascal-Part spells it: "table", not "diningtable".
        mask: bool [H, W], at the photo's size.
        parts: The annotated parts; objects of many classes have none.
    """

    index: int
    class_name: str
    mask: np.ndarray
    parts: tuple[Part, ...]

    @property
    def box(self) -> boxes.Box:
        """The extent of the mask, in pixel edges; zeros if it is empty."""
        return boxes.extent(self.mask) or (0.0, 0.0, 0.0, 0.0)


def read(path: pathlib.Path) -> tuple[Object, ...]:
    """Returns the objects of all classes in a .mat file.

    Raises:
        ValueError: The file is missing, corrupt or has another structure; the
            message names the file, the object and the field.
    """
    annotation = _load(path)
    image_name = _string(annotation, "imname", str(path))
    if image_name != path.stem:
        raise ValueError(
            f"{path}: `imname` must be the file's name without .mat. "
            f"Received: imname={image_name!r}"
        )
    objects = tuple(
        _object(record, index, f"{path}: object {index}")
        for index, record in enumerate(_records(annotation, "objects", path))
    )
    _check_sizes(path, objects)
    return objects


def _load(path: pathlib.Path) -> np.void:
    try:
        contents = path.read_bytes()
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file.") from error
    try:
        variables = scipy.io.loadmat(io.BytesIO(contents))
    # For corrupt files SciPy raises all kinds of errors: ValueError, TypeError,
    # zlib.error, struct.error, OverflowError, MemoryError ...
    except Exception as error:
        raise ValueError(
            f"{path}: not a complete MATLAB 5 file: "
            f"{type(error).__name__}: {error}"
        ) from error
    if "anno" not in variables:
        names = sorted(n for n in variables if not n.startswith("__"))
        raise ValueError(f"{path}: must have `anno`. Received: {names}")
    records = _records(variables, "anno", path)
    if len(records) != 1:
        raise ValueError(
            f"{path}: `anno` must be one struct. Received: {len(records)}"
        )
    return records[0]


def _object(record: np.void, index: int, where: str) -> Object:
    class_name = _string(record, "class", where)
    where = f"{where} ({class_name})"
    parts = [
        _part(part, f"{where}, part {i}")
        for i, part in enumerate(_records(record, "parts", where))
    ]
    mask = _mask(record, where)
    return Object(index, class_name, mask, tuple(parts))


def _part(record: np.void, where: str) -> Part:
    name = _string(record, "part_name", where)
    return Part(name, _mask(record, f"{where} ({name})"))


def _field(record, name: str, where) -> np.ndarray:
    try:
        return np.asarray(record[name])
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise ValueError(f"{where}: has no field `{name}`.") from error


def _records(record, name: str, where) -> np.ndarray:
    # A struct array has shape (1, N), or (0, 0) if it is empty.
    structs = _field(record, name, where)
    if structs.size and structs.dtype.names is None:
        raise ValueError(
            f"{where}: `{name}` must be a struct. "
            f"Received: an array of {structs.dtype}"
        )
    return structs.ravel()


def _string(record, name: str, where: str) -> str:
    value = _field(record, name, where)
    if value.dtype.kind != "U" or value.size != 1:
        raise ValueError(
            f"{where}: `{name}` must be a string. Received: {value!r:.80}"
        )
    return str(value.item())


def _mask(record, where: str) -> np.ndarray:
    mask = _field(record, "mask", where)
    if mask.ndim != 2 or mask.dtype.kind not in "bu" or not mask.size:
        raise ValueError(
            f"{where}: `mask` must be an array [H, W] of 0 and 1. "
            f"Received: {mask.dtype} {mask.shape}"
        )
    if mask.max() > 1:
        raise ValueError(
            f"{where}: `mask` must have values 0 and 1. Received: {mask.max()}"
        )
    return mask.astype(bool)


def _check_sizes(path: pathlib.Path, objects: tuple[Object, ...]):
    for item in objects:
        for name, mask in [
            ("mask", item.mask),
            *((f"mask of part {p.name!r}", p.mask) for p in item.parts),
        ]:
            if mask.shape != objects[0].mask.shape:
                raise ValueError(
                    f"{path}: object {item.index} ({item.class_name}): {name} "
                    "must have the size of the other masks, "
                    f"{objects[0].mask.shape}. Received: {mask.shape}"
                )

"""Reads Pascal-Part annotations: `Annotations_Part/<id>.mat`.

Chen et al., "Detect What You Can", CVPR 2014. One file per photo, with the mask
of each object and of each of its visible parts, at the size of the photo. The
order of objects is arbitrary; part masks overlap (an eye lies in its head).
"""

from collections.abc import Mapping
import pathlib
from typing import Any
import unicodedata

import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.pascal import mat_file
from kp2part.formats.pascal import mat_stream
from kp2part.system import text_file


def read(path: pathlib.Path) -> tuple[photo_objects.Object, ...]:
    """Returns the objects of all classes in a .mat file.

    Raises:
        ValueError: The file is missing, corrupt or has another structure; the
            message names the file, the object and the field.
    """
    annotation = _load(path)
    image_name = _string(annotation, "imname", str(path))
    # macOS decomposes accents in file names.
    if _normalized(image_name) != _normalized(path.stem):
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


def _load(path: pathlib.Path) -> Mapping[str, Any]:
    try:
        variables = mat_file.variables(text_file.read_bytes(path))
    except mat_stream.BrokenMat as error:
        raise ValueError(
            f"{path}: not a complete MATLAB 5 file: {error}"
        ) from error
    if "anno" not in variables:
        raise ValueError(
            f"{path}: must have `anno`. Received: {sorted(variables)!r:.80}"
        )
    records = _records(variables, "anno", path)
    if len(records) != 1:
        raise ValueError(
            f"{path}: `anno` must be one struct. Received: {len(records)}"
        )
    return records[0]


def _object(
    record: Mapping[str, Any], index: int, where: str
) -> photo_objects.Object:
    class_name = _string(record, "class", where)
    where = f"{where} ({class_name})"
    parts = [
        _part(part, f"{where}, part {i}")
        for i, part in enumerate(_records(record, "parts", where))
    ]
    mask = _mask(record, where)
    return photo_objects.Object(index, class_name, mask, tuple(parts))


def _part(record: Mapping[str, Any], where: str) -> photo_objects.Part:
    name = _string(record, "part_name", where)
    return photo_objects.Part(name, _mask(record, f"{where} ({name})"))


def _field(record: Mapping[str, Any], name: str, where) -> Any:
    if name not in record:
        raise ValueError(f"{where}: has no field `{name}`.")
    return record[name]


def _records(record: Mapping[str, Any], name: str, where) -> list[dict]:
    structs = _field(record, name, where)
    if isinstance(structs, np.ndarray) and not structs.size:
        return []  # How MATLAB stores a field without a value.
    if not isinstance(structs, list):
        raise ValueError(
            f"{where}: `{name}` must be a struct. Received: {_kind(structs)}"
        )
    return structs


def _string(record: Mapping[str, Any], name: str, where: str) -> str:
    value = _field(record, name, where)
    if not isinstance(value, str) or not value:
        raise ValueError(
            f"{where}: `{name}` must be a string. Received: {_kind(value)}"
        )
    return value


def _normalized(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _kind(value) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    return f"{value!r:.80}" if isinstance(value, str) else type(value).__name__


def _mask(record: Mapping[str, Any], where: str) -> np.ndarray:
    mask = _field(record, "mask", where)
    if (
        not isinstance(mask, np.ndarray)
        or mask.ndim != 2
        or mask.dtype.kind != "u"
        or not mask.size
    ):
        raise ValueError(
            f"{where}: `mask` must be an array [H, W] of 0 and 1. "
            f"Received: {_kind(mask)}"
        )
    if mask.max() > 1:
        raise ValueError(
            f"{where}: `mask` must have values 0 and 1. Received: {mask.max()}"
        )
    return mask.astype(bool)


def _check_sizes(path: pathlib.Path, objects: tuple[photo_objects.Object, ...]):
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

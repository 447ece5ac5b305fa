"""Checks labeled photos before they are written: no file says nonsense."""

from collections.abc import Iterable
from collections.abc import Iterator
import pathlib
import unicodedata

import numpy as np

from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary
from kp2part.schema import category as category_lib
from kp2part.schema import keys

_VISIBILITY = (keys.ABSENT, keys.OCCLUDED, keys.VISIBLE)
_MAX_OBJECTS = np.iinfo(np.uint16).max  # See `LabeledPhoto.object_ids`.


def checked(
    photos: Iterable[labels.LabeledPhoto], category: category_lib.Category
) -> Iterator[labels.LabeledPhoto]:
    """Yields photos as they are, each once it is found to be sound.

    Only their names are kept in memory.

    Raises:
        ValueError: A photo is there twice, or breaks a rule; the message names
            the photo, the object and the field.
    """
    seen = set()
    for photo in photos:
        where = label_names.shown(photo)
        _check_photo(photo, where)
        name = label_names.file_name(photo)
        if name in seen:
            raise ValueError(f"{where}: must be labeled once. Received: twice")
        seen.add(name)
        for i, item in enumerate(photo.objects):
            check_object(item, photo, category, f"{where}: object {i}")
        yield photo


def by_stem(
    photos: Iterable[labels.LabeledPhoto], category: category_lib.Category
) -> Iterator[tuple[str, labels.LabeledPhoto]]:
    """Yields photos with their names without suffix, for a file of each.

    Raises:
        ValueError: See `checked`; or two photos differ only in suffix.
    """
    owners: dict[str, str] = {}
    for photo in checked(photos, category):
        stem, name = label_names.stem(photo), label_names.shown(photo)
        if (other := owners.setdefault(stem, name)) != name:
            raise ValueError(
                f"{name}: names of photos must differ in more than suffix. "
                f"Received: {other} too"
            )
        yield stem, photo


def _check_photo(photo: labels.LabeledPhoto, where: str):
    path = pathlib.PurePosixPath(photo.name)
    if (
        not path.name
        or path.is_absolute()
        or ".." in path.parts
        or not _is_printable(photo.name)
    ):
        raise ValueError(
            f"{where}: `name` must be a path below the directory of photos, of "
            "characters that can be written. "
            f"Received: {identity.shown(photo.name)}"
        )
    if min(photo.height, photo.width) < 1:
        _refuse(
            where, "height, width", "at least 1", (photo.height, photo.width)
        )
    if photo.frame is not None and photo.frame < 0:
        _refuse(where, "frame", "at least 0", photo.frame)
    if len(photo.objects) > _MAX_OBJECTS:
        _refuse(where, "objects", f"at most {_MAX_OBJECTS}", len(photo.objects))


def _is_printable(name: str) -> bool:
    """Returns whether XML, JSON and HDF5 can have a name."""
    return not any(unicodedata.category(c) in ("Cc", "Cs") for c in name)


def check_object(
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
    where: str,
):
    """Checks one object of a photo.

    Args:
        item: The object.
        photo: Where it is.
        category: Names of its classes, keypoints and parts.
        where: Photo and number of the object, for messages.

    Raises:
        ValueError: It breaks a rule; the message names the field.
    """
    if item.class_name not in (*category.classes, vocabulary.ANY_CLASS):
        known = [*category.classes, vocabulary.ANY_CLASS]
        _refuse(where, "class_name", f"one of {known}", item.class_name)
    if not _is_printable(item.instance):
        _refuse(where, "instance", "a name that can be written", item.instance)
    _check_labels(item, photo, len(category.parts), where)
    _check_keypoints(item.keypoints, len(category.keypoints), where)
    if item.box is not None and not (
        np.shape(item.box) == (4,) and np.isfinite(item.box).all()
    ):
        _refuse(where, "box", "4 finite numbers", item.box)
    for field in "confidence", "quality":
        value = getattr(item, field)
        shape = (len(category.parts),) if field == "confidence" else ()
        if value is not None and not (
            np.shape(value) == shape
            and (np.greater_equal(value, 0) & np.less_equal(value, 1)).all()
        ):
            _refuse(where, field, f"in [0, 1], of shape {shape}", value)


def _check_labels(
    item: labels.LabeledObject,
    photo: labels.LabeledPhoto,
    num_parts: int,
    where: str,
):
    given = item.labels
    if given.ndim != 2 or given.dtype != np.uint8 or not given.size:
        _refuse(where, "labels", "uint8 [h, w]", f"{given.dtype} {given.shape}")
    if (largest := int(given.max())) >= num_parts:
        _refuse(where, "labels", f"part ids below {num_parts}", largest)
    rows, columns = labels.crop_of(item)
    if (
        min(rows.start, columns.start) < 0
        or rows.stop > photo.height
        or columns.stop > photo.width
    ):
        _refuse(
            where,
            "corner",
            f"that of a crop of the photo, {photo.width} x {photo.height}",
            f"{given.shape[1]} x {given.shape[0]} at {item.corner}",
        )


def _check_keypoints(keypoints: np.ndarray, count: int, where: str):
    if np.shape(keypoints) != (count, 3):
        _refuse(
            where, "keypoints", f"of shape {(count, 3)}", np.shape(keypoints)
        )
    if not np.isfinite(keypoints).all():
        _refuse(where, "keypoints", "finite numbers", keypoints.tolist())
    if not np.isin(keypoints[:, 2], _VISIBILITY).all():
        values = np.unique(keypoints[:, 2]).tolist()
        _refuse(where, "keypoints", "rows with v of 0, 1 or 2", values)


def _refuse(where: str, field: str, rule: str, value: object):
    raise ValueError(
        f"{where}: `{field}` must be {rule}. Received: {identity.shown(value)}"
    )

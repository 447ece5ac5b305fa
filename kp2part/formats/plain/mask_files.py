"""Reads part masks from a directory of PNG files: `<id>.png`.

A pixel is the id of a part in the category, 255 is to be ignored. Which object
it belongs to is the number of the same pixel in a second directory: 0 is none,
and in files of 8 bits 255 is VOC's void. Without that, all parts of a photo are
of one object.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import pathlib

import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.names import vocabulary
from kp2part.formats.photos import photo_directory
from kp2part.formats.plain import mask_png
from kp2part.schema import category as category_lib
from kp2part.schema import keys

SUFFIX = ".png"
_VOID = 255
_MAX_OBJECTS = 100  # More are a photo, or the parts, but no objects.


@dataclasses.dataclass(frozen=True)
class MaskFile:
    """The masks of one photo, see `photo_objects.PhotoMasks`.

    Attributes:
        parts: Path of the mask of parts.
        objects: Path of the mask of objects, if there is one.
    """

    parts: pathlib.Path
    objects: pathlib.Path | None = None
    error: str | None = None
    fingerprint: bytes = b"png"

    def __str__(self) -> str:
        return str(self.parts)

    @property
    def files(self) -> tuple[pathlib.Path, ...]:
        """The files of this photo only."""
        return tuple(filter(None, (self.parts, self.objects)))

    def read(
        self, category: category_lib.Category
    ) -> tuple[photo_objects.Object, ...]:
        """Returns the objects; none without a pixel.

        Raises:
            ValueError: A file cannot be read, a value is no part's, or the two
                files differ in size.
        """
        labels = self._labels(category)
        is_part = (labels > 0) & (labels != keys.IGNORE_LABEL)
        class_name = vocabulary.unnamed_class(category)
        if self.objects is not None:
            numbers = _numbers(self.objects, labels.shape, self.parts)
            found = _split(labels, is_part, numbers)
            return tuple(
                photo_objects.Object(
                    n - 1,
                    class_name,
                    numbers == n,
                    labels=of_object,
                    instance=str(n),
                )
                for n, of_object in found
            )
        if not is_part.any():
            return ()
        return (
            photo_objects.Object(
                0, class_name, is_part, labels=labels, may_be_several=True
            ),
        )

    def _labels(self, category: category_lib.Category) -> np.ndarray:
        values = mask_png.read(self.parts)
        known = {*range(len(category.parts)), keys.IGNORE_LABEL}
        if unknown := sorted(set(_values(values)) - known):
            parts = ", ".join(f"{i} {n}" for i, n in enumerate(category.parts))
            raise ValueError(
                f"{self.parts}: pixels must be ids of the parts of "
                f"{category.name!r}: {parts}; {keys.IGNORE_LABEL} is ignored. "
                f"Received: {', '.join(map(str, unknown[:5]))}"
            )
        return values.astype(np.uint8)


class MaskDirectory:
    """The masks of many photos, see `photo_objects.PartMasks`.

    Args:
        parts: Directory of the masks of parts.
        objects: Directory of the masks of objects, if there is one.
    """

    kind = f"{SUFFIX} mask"

    def __init__(
        self, parts: pathlib.Path, objects: pathlib.Path | None = None
    ):
        self._parts = photo_directory.Directory(parts, (SUFFIX,))
        self._objects = None
        if objects is not None:
            self._objects = photo_directory.Directory(objects, (SUFFIX,))

    @property
    def ids(self) -> Collection[str]:
        """The photos that have masks, or are expected to."""
        return self._parts.files

    def expect(self, names: Iterable[str]):
        """Adds photos that should be there, whether or not they are."""
        names = list(names)
        self._parts.expect(names, SUFFIX)
        if self._objects:
            self._objects.expect(names, SUFFIX)

    def find_id(self, name: str) -> str | None:
        """Returns the id for a name, None if no photo has it."""
        return self._parts.find_id(name)

    def find(self, name: str) -> MaskFile:
        """Returns the masks for a name, which must be there or expected."""
        objects = None if self._objects is None else self._objects.find(name)
        return MaskFile(self._parts.find(name), objects)


def _numbers(
    path: pathlib.Path, size: tuple[int, ...], parts: pathlib.Path
) -> np.ndarray:
    numbers = mask_png.read(path)
    if numbers.shape != size:
        raise ValueError(
            f"{path}: must have the size of {parts}, {size} (height, width). "
            f"Received: {numbers.shape}"
        )
    if (count := len(_objects(numbers))) > _MAX_OBJECTS:
        raise ValueError(
            f"{path}: must have at most {_MAX_OBJECTS} objects. "
            f"Received: {count} different values"
        )
    return numbers


def _split(
    labels: np.ndarray, is_part: np.ndarray, numbers: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields the number of each object and its labels.

    Pixels of a part that are of no object may be of any: they are ignored.
    """
    found = _objects(numbers)
    unclear = is_part & ~np.isin(numbers, found)
    if numbers.dtype == np.uint8:
        unclear |= numbers == _VOID
    for n in found:
        of_object = np.where(numbers == n, labels, np.uint8(0))
        of_object[unclear] = keys.IGNORE_LABEL
        yield n, of_object


def _objects(numbers: np.ndarray) -> list[int]:
    found = _values(numbers)
    void = {_VOID} if numbers.dtype == np.uint8 else set()
    return [n for n in found if n and n not in void]


def _values(numbers: np.ndarray) -> list[int]:
    # Faster than `np.unique`, which sorts.
    return np.flatnonzero(np.bincount(numbers.ravel())).tolist()

"""Part masks of photos: which format a path has, and its reader."""

from collections.abc import Collection
from collections.abc import Iterable
import dataclasses
import pathlib

from kp2part.formats import mask_files
from kp2part.formats import pascal_part
from kp2part.formats import photo_directory
from kp2part.formats import photo_objects
from kp2part.schema import category as category_lib

_MAT = ".mat"


@dataclasses.dataclass(frozen=True)
class MatFile:
    """A file of Pascal-Part, see `photo_objects.PhotoMasks`."""

    path: pathlib.Path
    error: str | None = None
    fingerprint: bytes = b""

    def __str__(self) -> str:
        return str(self.path)

    @property
    def files(self) -> tuple[pathlib.Path, ...]:
        """The file."""
        return (self.path,)

    def read(
        self, category: category_lib.Category
    ) -> tuple[photo_objects.Object, ...]:
        """Returns the objects of all classes."""
        del category  # The file has names of its own.
        return pascal_part.read(self.path)


class MatDirectory:
    """A directory of Pascal-Part's, see `photo_objects.PartMasks`."""

    kind = f"{_MAT} file"

    def __init__(self, path: pathlib.Path):
        self._files = photo_directory.Directory(path, (_MAT,))

    @property
    def ids(self) -> Collection[str]:
        """The photos that have a file, or are expected to."""
        return self._files.files

    def expect(self, names: Iterable[str]):
        """Adds photos that should be there, whether or not they are."""
        self._files.expect(names, _MAT)

    def find_id(self, name: str) -> str | None:
        """Returns the id for a name, None if no photo has it."""
        return self._files.find_id(name)

    def find(self, name: str) -> MatFile:
        """Returns the masks for a name, which must be there or expected."""
        return MatFile(self._files.find(name))


def read(
    path: pathlib.Path, objects: pathlib.Path | None = None
) -> photo_objects.PartMasks:
    """Returns the part masks of a path; the photos' own files are not opened.

    Args:
        path: A directory of .mat files or of .png masks.
        objects: Directory of the .png masks that tell objects apart, if there
            is one.

    Raises:
        ValueError: The path has neither.
    """
    mats = MatDirectory(path)
    if not mats.ids:
        masks = mask_files.MaskDirectory(path, objects)
        if masks.ids:
            return masks
        raise ValueError(
            f"{path}: has no {mats.kind} of Pascal-Part and no {masks.kind}."
        )
    if objects is not None:
        raise ValueError(
            "`instances` is for .png masks: .mat files tell objects apart. "
            f"Received: instances={objects}"
        )
    return mats

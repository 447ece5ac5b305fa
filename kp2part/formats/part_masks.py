"""Part masks of photos: which format a path has, and its reader."""

from collections.abc import Collection
from collections.abc import Iterable
import dataclasses
import pathlib

from kp2part.formats import detection
from kp2part.formats.coco import parts as coco_parts
from kp2part.formats.cvat import parts as cvat_masks
from kp2part.formats.label_studio import parts as label_studio_masks
from kp2part.formats.masks import photo_objects
from kp2part.formats.pascal import pascal_part
from kp2part.formats.photos import photo_directory
from kp2part.formats.plain import mask_files
from kp2part.schema import category as category_lib
from kp2part.system import text_file

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
    path: pathlib.Path,
    objects: pathlib.Path | None,
    category: category_lib.Category,
) -> photo_objects.PartMasks:
    """Returns the part masks of a path; the photos' own files are not opened.

    Args:
        path: A directory of .mat files, of .png masks or of COCO's .json files,
            one such .json file, one of Label Studio, or an .xml file of CVAT.
        objects: Directory of the .png masks that tell objects apart, if there
            is one.
        category: Whose parts.

    Raises:
        ValueError: The path has no masks.
    """
    found = _find(path, objects, category)
    if objects is not None and not isinstance(found, mask_files.MaskDirectory):
        raise ValueError(
            f"`instances` is for {mask_files.SUFFIX} masks: others tell "
            f"objects apart. Received: instances={objects}"
        )
    return found


def _find(
    path: pathlib.Path,
    objects: pathlib.Path | None,
    category: category_lib.Category,
) -> photo_objects.PartMasks:
    if path.is_file():
        if path.suffix.lower() == cvat_masks.SUFFIX:
            return cvat_masks.read(path, category)
        if detection.is_label_studio(text_file.read(path)):
            return label_studio_masks.read(path, category)
        return coco_parts.read(path, category)
    if (mats := MatDirectory(path)).ids:
        return mats
    if (masks := mask_files.MaskDirectory(path, objects)).ids:
        return masks
    if photo_directory.Directory(path, (coco_parts.SUFFIX,)).files:
        return coco_parts.read(path, category)
    raise ValueError(
        f"{path}: has no {mats.kind} of Pascal-Part, no {masks.kind} and no "
        f"{coco_parts.SUFFIX} file of COCO."
    )

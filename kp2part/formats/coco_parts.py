"""Reads part masks from a file in COCO's format, or a directory of such files.

Each part is an annotation of its own, see `coco_objects`. The page of
`kp2part.serve` writes such a file for each photo.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import hashlib
import json
import pathlib
from typing import Any

from kp2part.formats import coco_file
from kp2part.formats import coco_objects
from kp2part.formats import coco_regions
from kp2part.formats import identity
from kp2part.formats import part_names
from kp2part.formats import photo_names
from kp2part.formats import photo_objects
from kp2part.formats import pose_file
from kp2part.formats import segmentation
from kp2part.schema import category as category_lib

SUFFIX = ".json"
Entry = tuple[int, Mapping[str, Any]]  # An annotation, with its place.


@dataclasses.dataclass(frozen=True)
class CocoPhoto:
    """The masks of one photo, see `photo_objects.PhotoMasks`.

    Attributes:
        path: Of the file.
        photo: As the file names it.
        entries: Its annotations, not checked yet.
        names: Names of categories by id.
        error: Why it cannot be read.
    """

    path: pathlib.Path
    photo: pose_file.Photo
    entries: tuple[Entry, ...] = dataclasses.field(default=(), repr=False)
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    error: str | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.photo.name}"

    @property
    def files(self) -> tuple[pathlib.Path, ...]:
        """None is of this photo only."""
        return ()

    @property
    def fingerprint(self) -> bytes:
        """A checksum of all that the file says of the photo."""
        sides = self.photo.height, self.photo.width
        text = json.dumps([self.entries, self.names, sides], sort_keys=True)
        return hashlib.sha256(text.encode()).digest()

    def read(
        self, category: category_lib.Category
    ) -> tuple[photo_objects.Object, ...]:
        """Returns the objects of all classes.

        Raises:
            ValueError: An annotation is broken, of another size than the
                photo's, or it is unclear whose it is.
        """
        if self.error:
            raise ValueError(self.error)
        if not self.entries:
            return ()
        size = self._size()
        regions = [
            coco_regions.parse(i, fields, self.names, size, str(self.path))
            for i, fields in self.entries
        ]
        return coco_objects.join(regions, category)

    def _size(self) -> segmentation.Size:
        if self.photo.height and self.photo.width:
            return self.photo.height, self.photo.width
        for _, fields in self.entries:
            if size := segmentation.size_of(fields.get("segmentation")):
                return size
        raise ValueError(f"{self}: `images` must have its width and height.")


class CocoParts:
    """The masks of many photos, see `photo_objects.PartMasks`.

    Args:
        path: The file, or the directory of files.
        category: Whose parts.

    Raises:
        ValueError: A file cannot be read, has a photo of another one, or none
            of the files has a part of the category.
    """

    kind = "photo in the file of masks"

    def __init__(self, path: pathlib.Path, category: category_lib.Category):
        self._path = path
        self._photos: dict[str, CocoPhoto] = {}
        files = [path] if path.is_file() else sorted(path.rglob(f"*{SUFFIX}"))
        names: list[str] = []
        for file in files:
            contents = coco_file.read(file)
            if not contents.is_coco:
                raise ValueError(
                    f"{file}: is in Animal-Pose's format, which has no masks."
                )
            names += [d.name for d in contents.categories.values()]
            for photo in _photos(file, contents):
                self._add(photo)
        _check_names(path, names, category)
        self._index()

    def _add(self, photo: CocoPhoto):
        key = photo_names.id_of(photo.photo.name)
        if (other := self._photos.setdefault(key, photo)) is not photo:
            raise ValueError(
                f"{photo}: each photo must be there once. It is in "
                f"{other.path} too."
            )

    def _index(self):
        self._names = photo_names.PhotoNames(self._photos)

    @property
    def ids(self) -> Collection[str]:
        """The photos of the files, and those that are expected."""
        return self._photos

    def expect(self, names: Iterable[str]):
        """Adds photos that should be there, whether or not they are."""
        for name in names:
            if self.find_id(name) is None:
                near = identity.with_nearest(name, self._photos)
                self._photos[name] = CocoPhoto(
                    self._path,
                    pose_file.Photo(name),
                    error=f"{self._path}: has no photo {near}. "
                    "--skip_bad_images skips such photos.",
                )
        self._index()

    def find_id(self, name: str) -> str | None:
        """Returns the id for a name, None if no photo has it."""
        try:
            return self._names.find(name)
        except ValueError as error:
            raise ValueError(f"{self._path}: {error}") from error

    def find(self, name: str) -> CocoPhoto:
        """Returns the masks for a name, which must be there or expected."""
        return self._photos[self.find_id(name) or name]


def _photos(path: pathlib.Path, contents: coco_file.File) -> list[CocoPhoto]:
    names = {key: item.name for key, item in contents.categories.items()}
    entries: dict[str, list[Entry]] = {key: [] for key in contents.photos}
    for i, fields in enumerate(contents.annotations):
        where = f"{path}: annotation {i}"
        if not isinstance(fields, dict):
            raise ValueError(
                f"{where}: must be an object. "
                f"Received: {identity.shown(fields)}"
            )
        key = identity.id_of(fields.get("image_id"), where, "image_id")
        if key not in entries:
            raise ValueError(
                f"{where}: `image_id` must be one of `images`. "
                f"Received: image_id={key:.80}"
            )
        entries[key].append((i, fields))
    return [
        CocoPhoto(path, photo, tuple(entries[key]), names)
        for key, photo in contents.photos.items()
    ]


def _check_names(
    path: pathlib.Path, names: list[str], category: category_lib.Category
):
    known = part_names.PartNames(category)
    if any(known.find(name) is not None for name in names):
        return
    listed = ", ".join(
        identity.with_nearest(name, known.all())
        for name in dict.fromkeys(names)
    )
    raise ValueError(
        f"{path}: `categories` must have parts of {category.name!r}: "
        f"{', '.join(list(category.parts)[1:])}. Received: {listed or 'none'}"
    )

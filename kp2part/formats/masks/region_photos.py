"""Photos whose objects and parts are regions: COCO, CVAT, Label Studio."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import hashlib
import json
import pathlib
from typing import Any

from kp2part.formats.masks import photo_objects
from kp2part.formats.masks import region_objects
from kp2part.formats.masks import regions as regions_lib
from kp2part.formats.masks import segmentation
from kp2part.formats.names import identity
from kp2part.formats.names import part_names
from kp2part.formats.photos import photo_names
from kp2part.formats.poses import pose_file
from kp2part.schema import category as category_lib

# An annotation: its place in the file, for messages, and its fields.
Entry = tuple[str, Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class RegionPhoto:
    """The masks of one photo, see `photo_objects.PhotoMasks`.

    Attributes:
        path: Of the file.
        photo: As the file names it.
        entries: Its annotations, not checked yet.
        names: Names of categories by id.
        advice: How to say whose a part is, in this format.
        error: Why it cannot be read.
    """

    path: pathlib.Path
    photo: pose_file.Photo
    entries: tuple[Entry, ...] = dataclasses.field(default=(), repr=False)
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    advice: str = ""
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
            regions_lib.parse(place, fields, self.names, size, str(self.path))
            for place, fields in self.entries
        ]
        return region_objects.join(regions, category, self.advice)

    def _size(self) -> segmentation.Size:
        if self.photo.height and self.photo.width:
            return self.photo.height, self.photo.width
        for _, fields in self.entries:
            if size := segmentation.size_of(fields.get("segmentation")):
                return size
        raise ValueError(f"{self}: `images` must have its width and height.")


class RegionPhotos:
    """The masks of many photos, see `photo_objects.PartMasks`.

    Args:
        path: The file, or the directory of files.
        photos: All photos of the files.
        names: Names of all categories of the files.
        category: Whose parts.

    Raises:
        ValueError: A photo is there twice, or no name is one of a part of the
            category.
    """

    kind = "photo in the file of masks"

    def __init__(
        self,
        path: pathlib.Path,
        photos: Iterable[RegionPhoto],
        names: Iterable[str],
        category: category_lib.Category,
    ):
        self._path = path
        self._photos: dict[str, RegionPhoto] = {}
        for photo in photos:
            self._add(photo)
        _check_names(path, names, category)
        self._index()

    def _add(self, photo: RegionPhoto):
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
                self._photos[name] = RegionPhoto(
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

    def find(self, name: str) -> RegionPhoto:
        """Returns the masks for a name, which must be there or expected."""
        return self._photos[self.find_id(name) or name]


def _check_names(
    path: pathlib.Path, names: Iterable[str], category: category_lib.Category
):
    known, names = part_names.PartNames(category), list(names)
    if any(known.find(name) is not None for name in names):
        return
    listed = ", ".join(
        identity.with_nearest(name, known.all())
        for name in dict.fromkeys(names)
    )
    raise ValueError(
        f"{path}: must name parts of {category.name!r}: "
        f"{', '.join(list(category.parts)[1:])}. Received: {listed or 'none'}"
    )

"""Finds the file of a photo, by its path below a directory."""

from collections.abc import Iterable
from collections.abc import Iterator
import os
import pathlib

from kp2part.formats.photos import photo_names

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
VIDEO_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".m4v", ".webm")


class Directory:
    """The files with certain suffixes in a directory and those below it.

    Args:
        path: The directory.
        suffixes: Suffixes of the files, in lower case.

    Attributes:
        path: The directory.
        files: Path of each file by its id: the path below the directory,
            without the suffix, with "/" between folders.

    Raises:
        ValueError: Two files have the same id.
    """

    def __init__(self, path: pathlib.Path, suffixes: tuple[str, ...]):
        self.path = path
        self.files: dict[str, pathlib.Path] = {}
        for file in _walk(path):
            if file.suffix.lower() not in suffixes:
                continue
            key = file.relative_to(path).with_suffix("").as_posix()
            if (other := self.files.setdefault(key, file)) != file:
                raise ValueError(
                    f"{path}: files must differ in more than suffix: "
                    f"{other.name}, {file.name}"
                )
        self._names = photo_names.PhotoNames(self.files)

    def expect(self, names: Iterable[str], suffix: str):
        """Adds files that should be there, whether or not they are."""
        for name in names:
            if self.find_id(name) is None:
                self.files[name] = self.path / f"{name}{suffix}"
        self._names = photo_names.PhotoNames(self.files)

    def find(self, name: str) -> pathlib.Path:
        """Returns the file for a name, which must be there or expected."""
        return self.files[self.find_id(name) or name]

    def find_id(self, name: str) -> str | None:
        """Returns the id for a name, None if no file has it.

        Raises:
            ValueError: Several files may have it; the message names them.
        """
        if name in self.files:
            return name
        try:
            return self._names.find(name)
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from error

    def nearest(self, name: str) -> list[str]:
        """Returns the ids that are most similar to a name."""
        return self._names.nearest(name)


def photos(path: pathlib.Path) -> Directory:
    """Returns the photos in a directory and those below it."""
    return Directory(path, IMAGE_SUFFIXES)


def videos(path: pathlib.Path) -> Directory:
    """Returns the videos in a directory and those below it."""
    return Directory(path, VIDEO_SUFFIXES)


def video_stem(name: str) -> str:
    """Returns the name of a video without its suffix, if it has one."""
    stem, dot, suffix = name.rpartition(".")
    return stem if f"{dot}{suffix}".lower() in VIDEO_SUFFIXES else name


def _walk(path: pathlib.Path) -> Iterator[pathlib.Path]:
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):  # "._a.jpg" is none: macOS.
                yield pathlib.Path(folder, name)

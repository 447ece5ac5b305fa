"""Reads keypoints from a directory of COCO's files, each of other photos.

The page of `kp2part.serve` writes such a file for each photo.
"""

from collections.abc import Iterator
import itertools
import pathlib

from kp2part.formats.coco import keypoints as coco
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import pose_file

SUFFIX = ".json"
parse = coco.parse


def read(
    directory: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the photos of all files, and pairs of a photo and an entry.

    Args:
        directory: Of the .json files, and of folders with such files.
        vocabulary: Names of classes and keypoints.

    Raises:
        ValueError: A file is broken as a whole, or two have the same photo.
    """
    owners: dict[str, pathlib.Path] = {}
    photos, entries = [], []
    for path in sorted(directory.rglob(f"*{SUFFIX}")):
        of_file, found = coco.read(path, vocabulary)
        for photo in of_file:
            if (other := owners.setdefault(photo.name, path)) != path:
                raise ValueError(
                    f"{path}: each photo must be there once. {photo.name!r} is "
                    f"in {other} too."
                )
        photos += of_file
        entries.append(found)
    return tuple(photos), itertools.chain(*entries)

"""Reads part masks from a file in COCO's format, or a directory of such files.

Each part is an annotation of its own, see `region_objects`. The page of
`kp2part.serve` writes such a file for each photo.
"""

import pathlib

from kp2part.formats.coco import file as coco_file
from kp2part.formats.masks import region_photos
from kp2part.formats.names import identity
from kp2part.schema import category as category_lib

SUFFIX = ".json"
_ADVICE = (
    "Give each part `parent_id`, the `id` of the annotation of its object."
)


def read(
    path: pathlib.Path, category: category_lib.Category
) -> region_photos.RegionPhotos:
    """Returns the masks of all photos.

    Args:
        path: The file, or the directory of files.
        category: Whose parts.

    Raises:
        ValueError: A file cannot be read, has a photo of another one, or none
            of the files has a part of the category.
    """
    files = [path] if path.is_file() else sorted(path.rglob(f"*{SUFFIX}"))
    photos, names = [], []
    for file in files:
        contents = coco_file.read(file)
        if not contents.is_coco:
            raise ValueError(
                f"{file}: is in Animal-Pose's format, which has no masks."
            )
        names += [item.name for item in contents.categories.values()]
        photos += _photos(file, contents)
    return region_photos.RegionPhotos(path, photos, names, category)


def _photos(
    path: pathlib.Path, contents: coco_file.File
) -> list[region_photos.RegionPhoto]:
    names = {key: item.name for key, item in contents.categories.items()}
    entries: dict[str, list[region_photos.Entry]] = {
        key: [] for key in contents.photos
    }
    for i, fields in enumerate(contents.annotations):
        place = f"annotation {i}"
        where = f"{path}: {place}"
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
        entries[key].append((place, fields))
    return [
        region_photos.RegionPhoto(
            path, photo, tuple(entries[key]), names, _ADVICE
        )
        for key, photo in contents.photos.items()
    ]

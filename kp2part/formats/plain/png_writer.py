"""Writes part masks as PNG pictures, of the photos' own size.

`masks/<name>.png` has part ids as indices of a palette: viewers show colors,
and what reads indices (Pillow, not OpenCV) gets ids. `instances/<name>.png`
has the number of the object of each pixel, from 1, as gray levels.
"""

from collections.abc import Iterable
import io
import itertools
import os
import pathlib

import numpy as np
from PIL import Image

from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.schema import category as category_lib
from kp2part.system import atomic

MASKS, INSTANCES = "masks", "instances"
_MAX_LEVEL = np.iinfo(np.uint8).max


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
):
    """Writes two pictures of each photo, one photo after the other.

    Names keep their folders and lose their suffixes.

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts; the palette.
        path: The directory of `masks` and `instances`.

    Raises:
        ValueError: See `label_checks.by_stem`; or two objects share a pixel.
            Pictures of the photos before it are complete, of it there are none.
    """
    directory = pathlib.Path(path)
    palette = bytes(itertools.chain.from_iterable(category.colors))
    for stem, photo in label_checks.by_stem(photos, category):
        for folder, picture in (
            (MASKS, _indexed(photo.part_ids(), palette)),
            (INSTANCES, _gray(_object_ids(photo))),
        ):
            atomic.write_bytes(directory / folder / f"{stem}.png", picture)


def _object_ids(photo: labels.LabeledPhoto) -> np.ndarray:
    drawn = photo.object_ids()
    wanted = sum(np.count_nonzero(item.labels) for item in photo.objects)
    if (found := np.count_nonzero(drawn)) != wanted:
        raise ValueError(
            f"{label_names.shown(photo)}: `objects` must not share a pixel. "
            f"Received: {wanted - found} pixels of several"
        )
    return drawn


def _indexed(part_ids: np.ndarray, palette: bytes) -> bytes:
    height, width = part_ids.shape
    picture = Image.frombytes("P", (width, height), part_ids.tobytes())
    picture.putpalette(palette)
    return _encoded(picture, bits=8)


def _gray(object_ids: np.ndarray) -> bytes:
    """Returns a PNG file with 8 bits a pixel, with 16 if these are needed."""
    if object_ids.max() <= _MAX_LEVEL:
        object_ids = object_ids.astype(np.uint8)
    return _encoded(Image.fromarray(object_ids))


def _encoded(picture: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()

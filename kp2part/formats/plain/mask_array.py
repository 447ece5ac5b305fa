"""Writes the part masks of a video as one boolean array, for xarray.

The file is netCDF-4, so `xarray.open_dataset(path, engine="h5netcdf")` and
what reads HDF5 open it:

    masks  bool [time, individuals, y, x, parts]

`time` has the numbers of the frames that there are, `individuals` the names of
tracks, `y` and `x` the pixels, `parts` the names of parts without background.
Each frame, individual and part is compressed by itself, and what is empty takes
no room.
"""

from collections.abc import Iterable
import os

import h5py
import numpy as np

from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.schema import category as category_lib
from kp2part.system import atomic

MASKS = "masks"
DIMENSIONS = ("time", "individuals", "y", "x", "parts")
_TIME, _INDIVIDUALS, _Y, _X, _PARTS = DIMENSIONS


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
):
    """Writes one file of one video, frame by frame.

    An object without `instance` is called by its number in the frame,
    "object_1". Keypoints, boxes and classes are not in the file.

    Args:
        photos: Frames of one video, each once.
        category: Names of classes, keypoints and parts.
        path: Of the file, such as "rex.nc".

    Raises:
        ValueError: See `label_checks.checked`; or there is no frame, one is of
            another video or size, or has an individual twice. No file is left
            behind.
    """

    def save(partial: str):
        array = None
        with h5py.File(partial, "w", track_order=True) as file:
            for photo in label_checks.checked(photos, category):
                if array is None:
                    array = _Array(file, photo, category)
                array.add(photo)
        if array is None:
            raise ValueError(f"{path}: `photos` must have a frame.")

    atomic.write(path, save)


class _Array:
    """The array in a file; it grows with each frame and individual."""

    def __init__(
        self,
        file: h5py.File,
        first: labels.LabeledPhoto,
        category: category_lib.Category,
    ):
        self._first = first
        self._individuals: dict[str, int] = {}
        height, width = first.height, first.width
        parts = list(category.parts)[1:]
        file.attrs["video"] = first.name
        text = h5py.string_dtype()
        scales = {
            _TIME: file.create_dataset(_TIME, (0,), np.int64, maxshape=(None,)),
            _INDIVIDUALS: file.create_dataset(
                _INDIVIDUALS, (0,), text, maxshape=(None,)
            ),
            _Y: file.create_dataset(_Y, data=np.arange(height)),
            _X: file.create_dataset(_X, data=np.arange(width)),
            _PARTS: file.create_dataset(_PARTS, data=parts, dtype=text),
        }
        self._scales = scales
        self._masks = file.create_dataset(
            MASKS,
            (0, 0, height, width, len(parts)),
            np.int8,
            maxshape=(None, None, height, width, len(parts)),
            chunks=(1, 1, height, width, 1),
            compression="gzip",
        )
        self._masks.attrs["dtype"] = "bool"  # netCDF has none: as xarray does.
        for axis, (name, scale) in enumerate(scales.items()):
            scale.make_scale(name)
            self._masks.dims[axis].attach_scale(scale)

    def add(self, photo: labels.LabeledPhoto):
        """Appends a frame."""
        self._check(photo)
        names = _names(photo)
        for name in names:
            self._individuals.setdefault(name, len(self._individuals))
        time = self._append(0, [photo.frame])
        self._append(1, list(self._individuals)[self._masks.shape[1] :])
        for name, item in zip(names, photo.objects, strict=True):
            for part_id, mask in labels.parts_of(item):
                drawn = np.zeros([photo.height, photo.width], np.int8)
                drawn[labels.crop_of(item)] = mask
                place = time, self._individuals[name]
                self._masks[*place, :, :, part_id - 1] = drawn

    def _append(self, axis: int, values: list) -> int:
        """Makes an axis longer, and returns how long it was."""
        count = self._masks.shape[axis]
        if values:
            scale = self._scales[DIMENSIONS[axis]]
            for array, along in (self._masks, axis), (scale, 0):
                array.resize(count + len(values), along)
            scale[count:] = values
        return count

    def _check(self, photo: labels.LabeledPhoto):
        first, where = self._first, label_names.shown(photo)
        if photo.frame is None or photo.name != first.name:
            raise ValueError(
                f"{where}: all photos must be frames of one video. Received: "
                f"{label_names.shown(first)} too"
            )
        size = photo.width, photo.height
        if size != (first.width, first.height):
            raise ValueError(
                f"{where}: must have the size of the other frames, "
                f"{first.width} x {first.height}. Received: "
                f"{size[0]} x {size[1]}"
            )


def _names(photo: labels.LabeledPhoto) -> list[str]:
    """Returns the name of the individual that each object is."""
    names = [
        item.instance or f"object_{number}"
        for number, item in enumerate(photo.objects, 1)
    ]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"{label_names.shown(photo)}: `instance` must be another one "
                f"for each object. Received: {name!r:.80} twice"
            )
    return names

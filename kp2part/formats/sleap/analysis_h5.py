"""Reads SLEAP's analysis files, HDF5: the tracks of one video.

A point is there if its coordinates are: SLEAP itself leaves out what is below
its threshold. For conventions see `readers`.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import json
import pathlib
from typing import Any

import h5py
import numpy as np

from kp2part.formats.files import h5_file
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.formats.sleap import instances as sleap
from kp2part.schema import keys

_TRACKS = "tracks"
_DIMS = ("frame", "track", "node", "xy")
# Where they are not named: as MATLAB wants them, or with `transpose` False.
_UNNAMED = ("track", "xy", "node", "frame")
_OLD = ("frame", "node", "xy", "track")


def is_one(file: h5py.File) -> bool:
    """Returns whether an HDF5 file is one of SLEAP's."""
    return "node_names" in file and _TRACKS in file


def read(
    path: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the frames of a file, and pairs of a frame and an `Entry`.

    Args:
        path: Of the file.
        vocabulary: Names of keypoints.

    Raises:
        ValueError: The file is broken; the message names the array.
    """
    where = str(path)
    with h5_file.opened(path) as file:
        nodes = h5_file.texts(file, "node_names", where)
        if twice := identity.twice(nodes):
            raise ValueError(
                f"{path}: names of nodes must be unique. Twice: {twice}"
            )
        vocabulary.keypoints_of(nodes, sleap.FORMAT, where)
        tracks = _in_order(file, where)
        _, num_tracks, num_nodes, num_coords = tracks.shape
        names = _track_names(file, num_tracks, where)
        if num_nodes != len(nodes) or num_coords != 2:
            raise ValueError(
                f"{path}: {_TRACKS!r} must have (x, y) of {len(nodes)} nodes. "
                f"Received: {num_coords} of {num_nodes}"
            )
        video = _video(file, path)
    photos = tuple(
        pose_file.Photo(video, frame=frame) for frame in range(len(tracks))
    )
    seen = [keys.VISIBLE] * len(nodes)
    entries = (
        (
            photo,
            sleap.Entry(
                nodes, points, seen, name, f"{path}: frame {photo.frame}"
            ),
        )
        for photo, of_frame in zip(photos, tracks, strict=True)
        for name, points in zip(names, of_frame, strict=True)
    )
    return photos, entries


def _in_order(file: h5py.File, where: str) -> np.ndarray:
    """Returns the coordinates, [frame, track, node, xy]."""
    tracks = h5_file.numbers(file, _TRACKS, where, len(_DIMS))
    order: Any = _UNNAMED if file.attrs.get("transpose", True) else _OLD
    dims = file[_TRACKS].attrs.get("dims")
    if dims is not None:
        order = h5_file.text(dims, f"{where}: `dims`")
        with contextlib.suppress(ValueError, RecursionError):
            order = json.loads(order)
    if not isinstance(order, list | tuple) or not _is_permutation(order):
        raise ValueError(
            f"{where}: `dims` of {_TRACKS!r} must be {list(_DIMS)}, in any "
            f"order. Received: {identity.shown(order)}"
        )
    return tracks.transpose([order.index(name) for name in _DIMS])


def _is_permutation(order: Sequence[Any]) -> bool:
    return len(order) == len(_DIMS) and all(name in order for name in _DIMS)


def _track_names(file: h5py.File, count: int, where: str) -> list[str]:
    """Returns the names of the tracks, "" for the only one without."""
    names = []
    if "track_names" in file:
        names = h5_file.texts(file, "track_names", where)
    if count == 1 and not names:
        return [""]
    if len(names) != count or identity.twice(names) or not all(names):
        raise ValueError(
            f"{where}: must have {count} names of tracks, each once. "
            f"Received: {names[:9]}"
        )
    return names


def _video(file: h5py.File, path: pathlib.Path) -> str:
    """Returns the path of the video, else the name of the file."""
    if "video_path" in file:
        found = h5_file.dataset(file, "video_path", str(path))
        if found.shape == () and (
            name := h5_file.text(found[()], f"{path}: 'video_path'").strip()
        ):
            return name
    return path.name.partition(".")[0]


def parse(
    entry: sleap.Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    return sleap.parse(entry, vocabulary)

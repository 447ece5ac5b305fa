"""Writes part masks as SLEAP's .slp, by the library sleap-io.

An object is an instance; the mask of each of its parts is a predicted mask of
this instance, called like the part. Hidden keypoints have coordinates and are
not visible, absent ones have none. SLEAP has no box of an instance.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import math
import os
from typing import Any

import numpy as np
import sleap_io as sio

from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.system import atomic


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
):
    """Writes one .slp file.

    sleap-io writes all at once, so memory grows with the number of masks, as
    run lengths. Videos are named as photos and frames name them; a photo is a
    video of one picture.

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts.
        path: Of the file, which must end with .slp.

    Raises:
        ValueError: See `label_checks.checked`; or the path does not end with
            .slp. No file is left behind.
    """
    if not str(path).endswith(".slp"):
        raise ValueError(f"`path` must end with .slp. Received: path={path}")
    made = _Maker(category)
    frames = [made.frame(p) for p in label_checks.checked(photos, category)]
    found = sio.Labels(
        labeled_frames=frames,
        videos=list(made.videos.values()),
        tracks=list(made.tracks.values()),
        skeletons=[made.skeleton],
    )
    atomic.write(path, lambda partial: found.save(partial, verbose=False))


class _Maker:
    """Makes sleap-io's objects, each video, track and class once.

    Attributes:
        skeleton: That of all instances.
        videos: By name.
        tracks: By name.
    """

    def __init__(self, category: category_lib.Category):
        self._category = category
        self._classes = {
            name: sio.Category(name) for name in label_names.classes(category)
        }
        self.skeleton = sio.Skeleton(
            nodes=[sio.Node(name) for name in category.keypoints],
            edges=list(category.skeleton_indices),
            name=category.name,
        )
        self.videos: dict[str, sio.Video] = {}
        self.tracks: dict[str, sio.Track] = {}

    def frame(self, photo: labels.LabeledPhoto) -> sio.LabeledFrame:
        """Returns a photo or frame with its instances and masks."""
        frame = sio.LabeledFrame(self._video(photo), photo.frame or 0)
        for item in photo.objects:
            instance = self._instance(item)
            frame.instances.append(instance)
            frame.masks += self._masks(item, photo, instance)
        return frame

    def _video(self, photo: labels.LabeledPhoto) -> sio.Video:
        name = photo.name
        if name not in self.videos:
            fields = _picture(photo) if photo.frame is None else _video(photo)
            self.videos[name] = sio.Video(
                filename=fields.get("filenames", name),
                backend_metadata=fields,
                open_backend=False,
            )
        return self.videos[name]

    def _instance(self, item: labels.LabeledObject) -> sio.Instance:
        v = item.keypoints[:, 2:]
        xy = np.where(v == keys.ABSENT, math.nan, item.keypoints[:, :2])
        # Of points that are not visible, SLEAP's `complete` says which are set.
        points = np.hstack([xy, v == keys.VISIBLE, v != keys.ABSENT])
        return sio.Instance.from_numpy(
            points,
            self.skeleton,
            track=self._track(item.instance),
            category=self._classes[
                label_names.class_name(item, self._category)
            ],
        )

    def _track(self, name: str) -> sio.Track | None:
        if not name:
            return None
        return self.tracks.setdefault(name, sio.Track(name))

    def _masks(
        self,
        item: labels.LabeledObject,
        photo: labels.LabeledPhoto,
        instance: sio.Instance,
    ) -> Iterator[sio.PredictedSegmentationMask]:
        names = list(self._category.parts)
        for part_id, mask in labels.parts_of(item):
            drawn = np.zeros([photo.height, photo.width], bool)
            drawn[labels.crop_of(item)] = mask
            yield sio.PredictedSegmentationMask.from_numpy(
                drawn,
                name=names[part_id],
                category=names[part_id],
                instance=instance,
                track=instance.track,
                score=_score(item, part_id),
            )


def _picture(photo: labels.LabeledPhoto) -> dict[str, Any]:
    """Returns what sleap-io would know of a video of one picture."""
    return {
        "type": "ImageVideo",
        "shape": [1, photo.height, photo.width, 3],
        "filename": photo.name,
        "filenames": [photo.name],
        "grayscale": False,
    }


def _video(photo: labels.LabeledPhoto) -> dict[str, Any]:
    # Without its shape: nobody has counted the frames.
    return {"type": "MediaVideo", "filename": photo.name, "grayscale": False}


def _score(item: labels.LabeledObject, part_id: int) -> float:
    """Returns the confidence in a part, 0 if nobody knows it."""
    if item.confidence is not None:
        return float(item.confidence[part_id])
    return float(item.quality or 0)

"""Draws parts and keypoints over the frames of a video, as an .mp4 to watch."""

from collections.abc import Iterable
from collections.abc import Iterator
import os

import cv2
import numpy as np

from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.schema import category as category_lib
from kp2part.system import atomic
from kp2part.visualization import pictures

_CODEC = "mp4v"  # MPEG-4 Part 2: all of OpenCV's builds write it.
_FRAME_RATE = 25.0  # Where the video does not say.


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
    *,
    video: str | os.PathLike,
):
    """Writes a video with all frames of another one, some of them drawn on.

    Frames are read one after the other, as seeking is not exact in all files.
    The frame rate is constant, there is no sound, and of an odd number of rows
    or columns OpenCV leaves out the last one.

    Args:
        photos: Frames of that video, in its order.
        category: Names, colors and skeleton.
        path: Of the file, which must end with .mp4.
        video: The video, as OpenCV reads it.

    Raises:
        ValueError: See `label_checks.checked`; or the video cannot be read,
            does not have a frame, or not in this size; or the path does not end
            with .mp4. No file is left behind.
    """
    if not str(path).endswith(".mp4"):
        raise ValueError(f"`path` must end with .mp4. Received: path={path}")
    source = cv2.VideoCapture(str(video))
    try:
        rate = source.get(cv2.CAP_PROP_FPS) or _FRAME_RATE
        checked = label_checks.checked(photos, category)
        drawn = _drawn(_frames(source), checked, category, str(video))
        atomic.write(path, lambda partial: _save(drawn, partial, rate, path))
    finally:
        source.release()


def _frames(source: cv2.VideoCapture) -> Iterator[np.ndarray]:
    """Yields frames as uint8 [H, W, 3], RGB, however many there are said."""
    while True:
        found, frame = source.read()
        if not found:
            return
        yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def _drawn(
    frames: Iterator[np.ndarray],
    photos: Iterator[labels.LabeledPhoto],
    category: category_lib.Category,
    video: str,
) -> Iterator[np.ndarray]:
    """Yields all frames, with what is labeled in them."""
    photo, count = next(photos, None), 0
    for count, frame in enumerate(frames, 1):
        if photo is not None and photo.frame == count - 1:
            yield _draw(frame, photo, category, video)
            photo = next(photos, None)
        else:
            yield frame
    if not count:
        raise ValueError(f"{video}: no video that OpenCV reads.")
    if photo is not None:
        raise ValueError(
            f"{label_names.shown(photo)}: must be a frame of {video}, which "
            f"has {count}, and frames must be in order."
        )


def _draw(
    frame: np.ndarray,
    photo: labels.LabeledPhoto,
    category: category_lib.Category,
    video: str,
) -> np.ndarray:
    height, width = frame.shape[:2]
    if (height, width) != (photo.height, photo.width):
        raise ValueError(
            f"{label_names.shown(photo)}: must have the size of {video}, "
            f"{width} x {height}. Received: {photo.width} x {photo.height}"
        )
    picture = pictures.blend(frame, photo.part_ids(), category)
    for item in photo.objects:
        picture = pictures.draw_keypoints(picture, item.keypoints, category)
    return picture


def _save(
    frames: Iterator[np.ndarray], partial: str, rate: float, path
) -> None:
    writer = None
    try:
        for frame in frames:
            if writer is None:
                code = cv2.VideoWriter.fourcc(*_CODEC)
                size = frame.shape[1::-1]
                writer = cv2.VideoWriter(partial, code, rate, size)
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    finally:
        if writer is not None:
            writer.release()
    if not os.path.isfile(partial):
        raise OSError(f"{path}: OpenCV cannot write this video.")

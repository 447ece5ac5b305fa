"""Reads SLEAP's own files, .slp, with the package sleap-io.

Where a person has labeled an individual, the prediction of it does not count.
For conventions see `readers`.
"""

from collections.abc import Iterator
import pathlib
from typing import Any

from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.formats.sleap import instances as sleap
from kp2part.schema import keys


def read(
    path: pathlib.Path, vocabulary: vocabulary_lib.Vocabulary
) -> tuple[tuple[pose_file.Photo, ...], Iterator[tuple]]:
    """Returns the frames of a file, and pairs of a frame and what to parse.

    Args:
        path: Of the file.
        vocabulary: Names of keypoints.

    Raises:
        ModuleNotFoundError: sleap-io is not installed.
        ValueError: sleap-io cannot read the file.
    """
    import sleap_io  # Of the extra "sleap": large, and for these files only.

    try:
        labels = sleap_io.load_slp(str(path), open_videos=False)
        names = {n: None for s in labels.skeletons for n in s.node_names}
        pairs = [pair for frame in labels for pair in _entries(frame, path)]
        photos = dict.fromkeys(_photo(frame) for frame in labels)
    except Exception as error:  # Whatever a broken file makes it raise.
        reason = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise ValueError(
            f"{path}: sleap-io cannot read it: {reason:.200}"
        ) from error
    vocabulary.check_known(names, sleap.FORMAT, str(path))
    return tuple(photos), iter(pairs)


def _entries(
    frame: Any, path: pathlib.Path
) -> Iterator[tuple[pose_file.Photo, sleap.Entry]]:
    photo = _photo(frame)
    where = f"{path}: frame {frame.frame_idx}"
    if photo.frame is None:
        where = f"{path}: photo {photo.name!r:.80}"
    for item in [*frame.user_instances, *frame.unused_predictions]:
        visibility = [
            _visibility(bool(point["visible"]), bool(point["complete"]))
            for point in item.points
        ]
        yield (
            photo,
            sleap.Entry(
                item.skeleton.node_names,
                item.points["xy"],
                visibility,
                item.track.name if item.track is not None else "",
                where,
            ),
        )


def _visibility(is_visible: bool, is_set: bool) -> int:
    if is_visible:
        return keys.VISIBLE
    # SLEAP moves the points that nobody has set to some place of its own.
    return keys.OCCLUDED if is_set else keys.ABSENT


def _photo(frame: Any) -> pose_file.Photo:
    video = frame.video
    while video.source_video is not None:  # Frames may be stored in the file.
        video = video.source_video
    if not isinstance(video.filename, str):
        return pose_file.Photo(str(video.filename[frame.frame_idx]))
    height, width = (video.shape or [None] * 4)[1:3]
    return pose_file.Photo(
        video.filename,
        None if height is None else int(height),
        None if width is None else int(width),
        int(frame.frame_idx),
    )


def parse(
    entry: sleap.Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    return sleap.parse(entry, vocabulary)

"""Assigns the annotations of a keypoint file to the photos of a directory.

What matches nothing is no error, as data sets rarely have the same photos. But
it is listed, with the most similar names.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import pathlib

from kp2part.formats import readers
from kp2part.formats.deeplabcut import table as deeplabcut
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.photos import photo_directory
from kp2part.formats.photos import photo_names
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.formats.poses import pose_file

_SHOWN = 3  # Names in a line of the list.


@dataclasses.dataclass
class OfPhoto:
    """All about one photo in the keypoint file.

    Attributes:
        path: Its file, or that of the video.
        named: The photo, as each entry of the file names it.
        annotations: Annotations of the category's classes.
        others: Number of further objects of the category's classes, which are
            passed over.
        error: The first error in its annotations, None if there is none.
    """

    path: pathlib.Path
    named: list[pose_file.Photo] = dataclasses.field(default_factory=list)
    annotations: list[annotation_lib.KeypointAnnotation] = dataclasses.field(
        default_factory=list
    )
    others: int = 0
    error: str | None = None


@dataclasses.dataclass
class Matches:
    """Annotations by photo.

    Attributes:
        of_photo: By id of the photo.
        of_frame: By id of the video and number of the frame.
        strangers: Photos of the file with annotations that are not in the
            directory.
        poses: All contents of the file.
    """

    of_photo: dict[str, OfPhoto]
    of_frame: dict[tuple[str, int], OfPhoto]
    strangers: list[pose_file.Photo]
    poses: pose_file.PoseFile


def read(
    path: pathlib.Path,
    vocabulary: vocabulary_lib.Vocabulary,
    photos: photo_directory.Directory,
    *,
    videos: photo_directory.Directory | None = None,
    needs_box: bool = False,
    min_likelihood: float = deeplabcut.MIN_LIKELIHOOD,
) -> Matches:
    """Returns the annotations of a keypoint file by photo.

    Args:
        path: The file, or directory of files.
        vocabulary: Names of classes and keypoints.
        photos: The photos that there are.
        videos: The videos that there are, if frames may be meant.
        needs_box: Whether to pass over annotations without a box, unless they
            are alone in their photo or say which individual they are of.
        min_likelihood: See `readers.read_file`.

    Raises:
        ValueError: The file cannot be read, or a file name in it may be any of
            several photos.
    """
    errors: dict[pose_file.Photo, str] = {}

    def note(photo: pose_file.Photo, error: ValueError):
        errors.setdefault(photo, str(error))

    poses = readers.read_file(
        path, vocabulary, note, min_likelihood=min_likelihood
    )
    matches = Matches({}, {}, [], poses)
    for photo in dict.fromkeys(poses.photos):
        annotations = poses.annotations.get(photo, [])
        others = poses.others[photo]
        if needs_box:
            placed = _placed(annotations, others)
            if without := len(annotations) - len(placed):
                poses.passed_over["without a box"] += without
            others += without
            annotations = placed
        try:
            found = _place(photo, photos, videos, matches)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        if found is None:
            if annotations:
                matches.strangers.append(photo)
            continue
        found.named.append(photo)
        found.annotations += annotations
        found.others += others
        found.error = found.error or errors.get(photo)
        if len(found.named) > 1:
            names = [f"{_shown(p)} {_size(p)}".strip() for p in found.named]
            found.error = (
                f"{path}: must have each photo once. These are all "
                f"{found.path}: {', '.join(names)}"
            )
    return matches


def _place(
    photo: pose_file.Photo,
    photos: photo_directory.Directory,
    videos: photo_directory.Directory | None,
    matches: Matches,
) -> OfPhoto | None:
    """Returns where a photo or frame belongs, None if it is not there."""
    # A frame is no photo, whatever the video is called.
    if photo.frame is None:
        photo_id = photos.find_id(photo.name)
        if photo_id is None:
            return None
        return matches.of_photo.setdefault(
            photo_id, OfPhoto(photos.files[photo_id])
        )
    if videos is None:
        return None
    video_id = videos.find_id(photo_directory.video_stem(photo.name))
    if video_id is None:
        return None
    return matches.of_frame.setdefault(
        (video_id, photo.frame), OfPhoto(videos.files[video_id])
    )


def _placed(
    annotations: list[annotation_lib.KeypointAnnotation], others: int
) -> list[annotation_lib.KeypointAnnotation]:
    """Returns those that can be found in the photo."""
    is_alone = len(annotations) + others == 1
    return [
        item
        for item in annotations
        if is_alone or item.box is not None or item.instance
    ]


def _shown(photo: pose_file.Photo) -> str:
    if photo.frame is None:
        return photo.name
    return f"{photo.name} frame {photo.frame}"


def _size(photo: pose_file.Photo) -> str:
    if photo.width is None and photo.height is None:
        return ""
    return f"({photo.width} x {photo.height})"


def notes(
    matches: Matches,
    photo_ids: Collection[str],
    photos: photo_directory.Directory,
    vocabulary: vocabulary_lib.Vocabulary,
) -> Iterator[str]:
    """Yields a line for each kind of data that matched nothing.

    Args:
        matches: As read.
        photo_ids: Ids of the photos to look at.
        photos: The directory of photos.
        vocabulary: Names of classes and keypoints.
    """
    poses, strangers = matches.poses, matches.strangers
    if strangers:
        names = [
            _with_nearest(_shown(p), photos.nearest(p.name))
            for p in strangers[:_SHOWN]
        ]
        what = f"with keypoints but not in {photos.path}"
        yield _line("photo", len(strangers), what, names)
    without = [i for i in photo_ids if not _has_keypoints(matches, i)]
    if without:
        known = [photo_names.id_of(p.name) for p in strangers]
        names = [
            _with_nearest(i, identity.nearest(i, known))
            for i in without[:_SHOWN]
        ]
        yield _line("photo", len(without), "without keypoints", names)
    for reason, count in sorted(poses.passed_over.items()):
        name = reason.removeprefix("of class ")
        nearest = identity.nearest(name, vocabulary.category.classes)
        what = _with_nearest(f"skipped {reason}", nearest)
        yield _line("annotation", count, what, ())
    if names := poses.unused_names:
        what = "to map or to ignore not in the file"
        yield _line("keypoint", len(names), what, names[:_SHOWN])


def _has_keypoints(matches: Matches, photo_id: str) -> bool:
    found = matches.of_photo.get(photo_id)
    return found is not None and bool(found.annotations or found.error)


def _with_nearest(name: str, nearest: list[str]) -> str:
    return f"{name} (nearest: {', '.join(nearest)})" if nearest else name


def _line(noun: str, count: int, what: str, names: Iterable[str]) -> str:
    names = list(names)
    if names and len(names) < count:
        names.append("...")
    listed = f": {', '.join(names)}" if names else ""
    return f"{count} {noun}{'s' * (count > 1)} {what}{listed}"

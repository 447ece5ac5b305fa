"""The photos to label: what is known of each, and whether it makes sense."""

import dataclasses
import hashlib
import pathlib

from kp2part.formats import pose_matches
from kp2part.formats.labeled import labels
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.schema import category as category_lib
from kp2part.schema import coordinates

_MIN_KEYPOINTS = 2  # To guess a box.


@dataclasses.dataclass(frozen=True)
class Job:
    """A photo, or a frame of a video, and keypoints of the objects in it.

    Attributes:
        name: Its path below the directory of photos, with "/"; the video's.
        path: Its file.
        objects: Keypoints of the objects.
        declared_size: (height, width) in the file of keypoints, in pixels; None
            where it does not say.
        error: Why its keypoints cannot be used; None if they can.
        frame: Number of the frame, from 0, if it is one of a video.
    """

    name: str
    path: pathlib.Path
    objects: tuple[annotation_lib.KeypointAnnotation, ...] = ()
    declared_size: tuple[int | None, int | None] = (None, None)
    error: str | None = None
    frame: int | None = None

    @property
    def key(self) -> str:
        """What it is called among all."""
        return self.name if self.frame is None else f"{self.name}#{self.frame}"

    @property
    def digest(self) -> str:
        """Tells this job from one with another photo or other keypoints."""
        digest = hashlib.sha256(repr(self.declared_size).encode())
        for item in self.objects:
            digest.update(f"{item.class_name} {item.box} ".encode())
            digest.update(item.keypoints.tobytes())
            digest.update(item.instance.encode())
        if self.path.is_file():
            found = self.path.stat()  # Another photo may be of the same size.
            digest.update(f"{found.st_size} {found.st_mtime_ns}".encode())
        return digest.hexdigest()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What has become of a photo.

    Attributes:
        job: The photo.
        photo: Its objects with masks; None if there is an error.
        error: Why it could not be labeled, None if it was.
        left_out: Objects without a mask, each with the reason.
    """

    job: Job
    photo: labels.LabeledPhoto | None = None
    error: str | None = None
    left_out: tuple[str, ...] = ()


def plan(matches: pose_matches.Matches, directory: pathlib.Path) -> list[Job]:
    """Returns photos and frames that have keypoints, sorted by name.

    Args:
        matches: Keypoints by photo and frame.
        directory: Of the photos and videos.
    """
    jobs = []
    for found in matches.of_photo.values():
        jobs.append(_job(found, directory))
    for (_, frame), found in matches.of_frame.items():
        jobs.append(_job(found, directory, frame))
    known = [job for job in jobs if job.objects or job.error]
    return sorted(known, key=lambda job: (job.name, job.frame or 0))


def name_classes(
    jobs: list[Job], class_name: str, words: vocabulary.Vocabulary
) -> list[Job]:
    """Returns the jobs with a class for objects of which nobody said it.

    Raises:
        ValueError: The category has no such class.
    """
    known = words.class_of(class_name)
    if known in (None, vocabulary.ANY_CLASS):
        raise ValueError(
            "`class_name` must be one of "
            f"{list(words.category.classes)}. Received: {class_name!r}"
        )

    def named(item: annotation_lib.KeypointAnnotation):
        if item.class_name != vocabulary.ANY_CLASS:
            return item
        return dataclasses.replace(item, class_name=known)

    return [
        dataclasses.replace(job, objects=tuple(map(named, job.objects)))
        for job in jobs
    ]


def _job(
    found: pose_matches.OfPhoto,
    directory: pathlib.Path,
    frame: int | None = None,
) -> Job:
    named = found.named[0]
    return Job(
        found.path.relative_to(directory).as_posix(),
        found.path,
        tuple(found.annotations),
        (named.height, named.width),
        found.error,
        frame,
    )


def check(job: Job, size: tuple[int, int], category: category_lib.Category):
    """Checks that keypoints and boxes can be those of the photo.

    Args:
        job: The photo.
        size: Its (height, width), turned upright.
        category: Names of keypoints.

    Raises:
        ValueError: They cannot; the message has the likely reason.
    """
    coordinates.check_size(job.declared_size, size, job.key)
    for item in job.objects:
        if item.box is not None:
            coordinates.check_box(item.box, size, item.source)
        coordinates.check_keypoints(
            item.keypoints, size, item.source, category.keypoints, item.box
        )


def divide(
    job: Job,
) -> tuple[list[annotation_lib.KeypointAnnotation], tuple[str, ...]]:
    """Returns the objects to label, and why others are left out.

    Raises:
        ValueError: There is none to label.
    """
    kept, left_out = [], []
    for item in job.objects:
        count = int((item.keypoints[:, 2] > 0).sum())
        if item.box is None and count < _MIN_KEYPOINTS:
            left_out.append(
                f"{item.source}: must have a box or at least {_MIN_KEYPOINTS} "
                f"keypoints. Received: {count}"
            )
        else:
            kept.append(item)
    if not kept:
        raise ValueError(
            f"{job.key}: has no object to label: {'; '.join(left_out)}"
        )
    return kept, tuple(left_out)

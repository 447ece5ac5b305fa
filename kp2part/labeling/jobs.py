"""The photos to label: what is known of each, and whether it makes sense."""

from collections.abc import Mapping
import dataclasses
import hashlib
import pathlib

from kp2part.formats import annotation as annotation_lib
from kp2part.formats import labels
from kp2part.formats import photo_directory
from kp2part.formats import pose_matches
from kp2part.schema import category as category_lib
from kp2part.schema import coordinates

_MIN_KEYPOINTS = 2  # To guess a box.


@dataclasses.dataclass(frozen=True)
class Job:
    """A photo and the keypoints of the objects in it.

    Attributes:
        name: Its path below the directory of photos, with "/".
        path: Its file.
        objects: Keypoints of the objects.
        declared_size: (height, width) in the file of keypoints, in pixels; None
            where it does not say.
        error: Why its keypoints cannot be used; None if they can.
    """

    name: str
    path: pathlib.Path
    objects: tuple[annotation_lib.KeypointAnnotation, ...] = ()
    declared_size: tuple[int | None, int | None] = (None, None)
    error: str | None = None

    @property
    def digest(self) -> str:
        """Tells this job from one with another photo or other keypoints."""
        digest = hashlib.sha256(repr(self.declared_size).encode())
        for item in self.objects:
            digest.update(f"{item.class_name} {item.box} ".encode())
            digest.update(item.keypoints.tobytes())
            digest.update(item.instance.encode())
        if self.path.is_file():
            digest.update(str(self.path.stat().st_size).encode())
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


def plan(
    matches: pose_matches.Matches, photos: photo_directory.Directory
) -> list[Job]:
    """Returns the photos that have keypoints, sorted by name."""
    found: Mapping[str, pose_matches.OfPhoto] = matches.of_photo
    jobs = []
    for photo_id, of_photo in found.items():
        if not (of_photo.annotations or of_photo.error):
            continue
        path, named = photos.files[photo_id], of_photo.named[0]
        jobs.append(
            Job(
                path.relative_to(photos.path).as_posix(),
                path,
                tuple(of_photo.annotations),
                (named.height, named.width),
                of_photo.error,
            )
        )
    return sorted(jobs, key=lambda job: job.name)


def check(job: Job, size: tuple[int, int], category: category_lib.Category):
    """Checks that keypoints and boxes can be those of the photo.

    Args:
        job: The photo.
        size: Its (height, width), turned upright.
        category: Names of keypoints.

    Raises:
        ValueError: They cannot; the message has the likely reason.
    """
    coordinates.check_size(job.declared_size, size, job.name)
    for item in job.objects:
        if item.box is not None:
            coordinates.check_box(item.box, size, item.source)
        coordinates.check_keypoints(
            item.keypoints, size, item.source, category.keypoints, item.box
        )


def divide(
    job: Job,
) -> tuple[list[annotation_lib.KeypointAnnotation], tuple[str, ...]]:
    """Returns the objects to label, and why others are left out."""
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
    return kept, tuple(left_out)

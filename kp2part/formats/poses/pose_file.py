"""What a file of keypoints says, photo by photo."""

import collections
import dataclasses

from kp2part.formats.poses import annotation as annotation_lib


@dataclasses.dataclass(frozen=True)
class Photo:
    """A photo as an annotation file names it.

    Attributes:
        name: As in the file, with folders and suffix if it has them.
        height: As in the file, in pixels; None if it does not say.
        width: Likewise.
        frame: Number of the frame, from 0, where the name is that of a video.
    """

    name: str
    height: int | None = None
    width: int | None = None
    frame: int | None = None


@dataclasses.dataclass(frozen=True)
class PassedOver:
    """Why an annotation is none of ours; there is no harm in it.

    Attributes:
        reason: In the words that people read.
        is_object: Whether it is another object of the category's classes.
    """

    reason: str
    is_object: bool = False


@dataclasses.dataclass
class PoseFile:
    """All annotations of a category's classes in a file.

    Attributes:
        photos: All photos that it names.
        annotations: Those of a photo; photos without any are not there.
        passed_over: Number of annotations by the reason why they are none of
            ours.
        others: Number of further objects of the category's classes, by photo.
        unused_names: Names of the keypoint map, or ignored, that the file
            does not have.
    """

    photos: tuple[Photo, ...] = ()
    annotations: dict[Photo, list[annotation_lib.KeypointAnnotation]] = (
        dataclasses.field(default_factory=dict)
    )
    passed_over: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    others: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    unused_names: list[str] = dataclasses.field(default_factory=list)

    def add(
        self, photo: Photo, item: annotation_lib.KeypointAnnotation | PassedOver
    ):
        """Adds what an annotation is, unless it is there already.

        Raises:
            ValueError: Another one has the same class and box, but other
                keypoints: nobody can tell which is meant.
        """
        if isinstance(item, PassedOver):
            self.passed_over[item.reason] += 1
            self.others[photo] += item.is_object
            return
        known = self.annotations.setdefault(photo, [])
        for other in known:
            if _is_copy(item, other):
                self.passed_over["as a duplicate"] += 1
                return
        known.append(item)


def _is_copy(
    item: annotation_lib.KeypointAnnotation,
    other: annotation_lib.KeypointAnnotation,
) -> bool:
    if item.class_name != other.class_name:
        return False
    if (item.keypoints == other.keypoints).all():
        return item.box in (None, other.box)
    if item.box is not None and item.box == other.box:
        raise ValueError(
            f"{item.source}: has class and box of {other.source}, "
            "but other keypoints. Remove one of the two."
        )
    return False

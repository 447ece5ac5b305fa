"""The files of the photos of a build."""

import dataclasses
import pathlib

from kp2part.formats.masks import photo_objects
from kp2part.formats.poses import annotation as annotation_lib


@dataclasses.dataclass(frozen=True)
class Source:
    """The files of one photo.

    Attributes:
        image_id: The photo's name, without suffix; with its folder below the
            directory of masks.
        masks: The part masks of the objects in it.
        image: Path of the image.
        boxes: Path of its VOC annotation, if boxes are taken from it.
        keypoints: Keypoints of the objects in it, in any order.
        num_others: Number of further objects of the category's classes, without
            keypoints, or without a box.
        keypoints_error: Error message if its keypoints are broken.
        declared_size: (height, width) of the photo in the file of keypoints, in
            pixels; None where the file does not have them.
    """

    image_id: str
    masks: photo_objects.PhotoMasks
    image: pathlib.Path
    boxes: pathlib.Path | None = None
    keypoints: tuple[annotation_lib.KeypointAnnotation, ...] = ()
    num_others: int = 0
    keypoints_error: str | None = None
    declared_size: tuple[int | None, int | None] = (None, None)

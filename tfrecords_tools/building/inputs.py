"""Paths of the annotations and photos of a build."""

import dataclasses
import pathlib

from kp2part.system import settings

_FILES = (".json", ".xml")
_DIRECTORIES = ("images", "instances", "boxes", "image_sets")


@dataclasses.dataclass(frozen=True)
class Inputs:
    """Paths of annotations and photos; see the help of each field."""

    images: pathlib.Path = settings.field(
        dataclasses.MISSING,
        "Directory of the photos, <id>.jpg, .jpeg or .png; an id may have "
        "folders.",
    )
    annotations: pathlib.Path = settings.field(
        dataclasses.MISSING,
        "Part masks: a directory of Pascal-Part's <id>.mat or of <id>.png, "
        "palette or gray, whose pixels are part ids of the category; or a "
        ".json file of COCO with parts, a directory of such files, an .xml "
        "file of CVAT for images 1.1, or Label Studio's export as JSON.",
    )
    keypoints: pathlib.Path = settings.field(
        dataclasses.MISSING,
        "Keypoints of the same photos: a directory of Berkeley's "
        "<class>/<id>_<n>.xml, a .json file in the format of Animal-Pose or of "
        "COCO or a directory of such files, or a .csv file with the columns "
        "photo,keypoint,x,y,v and, if there are several, object.",
    )
    instances: pathlib.Path | None = settings.field(
        None,
        "With .png masks: directory of <id>.png, whose pixels are 0 or the "
        "number of an object. By default a photo has one object.",
    )
    keypoint_map: pathlib.Path | None = settings.field(
        None,
        "A .json file with names of keypoints in --keypoints and the "
        'category\'s names for them, {"theirs": "ours"}.',
    )
    ignore_keypoints: tuple[str, ...] = settings.field(
        (),
        "Names of keypoints in --keypoints that the category does not have; "
        "they are left out.",
    )
    boxes: pathlib.Path | None = settings.field(
        None,
        "Directory of VOC's annotations, <id>.xml, to take boxes from. By "
        "default an object's box is the extent of its mask.",
    )
    image_sets: pathlib.Path | None = settings.field(
        None,
        "Directory of VOC's train.txt and val.txt (usually ImageSets/Main), "
        "which become splits of the same names. By default all photos with "
        "masks form one split, called all.",
    )

    def __post_init__(self):
        for name in _DIRECTORIES:
            path = getattr(self, name)
            if path is not None and not path.is_dir():
                raise ValueError(
                    f"`{name}` must be a directory. Received: {name}={path}"
                )
        path = self.annotations
        if not (path.is_dir() or (path.is_file() and path.suffix in _FILES)):
            raise ValueError(
                "`annotations` must be a directory, a .json or an .xml file. "
                f"Received: annotations={path}"
            )

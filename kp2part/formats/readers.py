"""Reads keypoints: Berkeley XML, Animal-Pose JSON or COCO JSON, autodetected.

Conventions, documented here only. Keypoints are used as they are: none of the
three formats specifies whether its first pixel is 0 or 1, and half a pixel is
below the annotators' precision. Boxes of Berkeley and Animal-Pose are treated
as VOC's, 1-based: their right and bottom edges then equal the extents of the
Pascal-Part masks to the pixel for most of the objects examined. COCO's boxes
are (x, y, width, height) in pixel edges. Boxes only serve to find the object
that keypoints belong to.

Visibility becomes COCO's: of Berkeley's listed keypoints `visible="1"` is 2 and
"0" is 1, and those not listed are 0; Animal-Pose's 1 is 2. Where v is 0, x and
y may be anything: NaN and null too.

Passed over, and counted by reason: annotations of other classes, of crowds and
without a keypoint, and copies of another one.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import pathlib
import types

from kp2part.formats import annotation as annotation_lib
from kp2part.formats import berkeley
from kp2part.formats import coco
from kp2part.formats import coco_directory
from kp2part.formats import keypoint_csv
from kp2part.formats import photo_names
from kp2part.formats import pose_file
from kp2part.formats import vocabulary as vocabulary_lib
from kp2part.schema import category as category_lib


def read(
    path: pathlib.Path,
    category: category_lib.Category,
    on_error: Callable[[str, ValueError], None] | None = None,
    *,
    keypoint_map: Mapping[str, str] = types.MappingProxyType({}),
    ignore_keypoints: Iterable[str] = (),
) -> dict[str, list[annotation_lib.KeypointAnnotation]]:
    """Returns the annotations of a category's classes, by image id.

    The id is the photo's name in the file without the suffix, "dogs/rex"; see
    `photo_names` for how to find the photo.

    Args:
        path: A .json file in the format of Animal-Pose or of COCO, a directory
            of such files, or one of Berkeley's `<class>/<image>_<voc_id>.xml`;
            or a .csv file, see `keypoint_csv`.
        category: Category whose classes and keypoints to read.
        on_error: Called with the image id and the error of each broken
            annotation. By default the error is raised.
        keypoint_map: Names of keypoints in the file, with the category's.
        ignore_keypoints: Names of keypoints in the file to leave out.

    Raises:
        ValueError: The path cannot be read, two photos have the same id, or an
            annotation is broken and there is no `on_error`; the message names
            the file, the object and the field.
    """
    vocabulary = vocabulary_lib.Vocabulary(
        category, keypoint_map, ignore_keypoints
    )
    found = {}
    pose = read_file(path, vocabulary, on_error and _by_id(on_error))
    for photo, items in pose.annotations.items():
        image_id = photo_names.id_of(photo.name)
        if image_id in found:
            raise ValueError(f"{path}: two photos are called {image_id!r}.")
        found[image_id] = items
    return found


def _by_id(
    on_error: Callable[[str, ValueError], None],
) -> Callable[[pose_file.Photo, ValueError], None]:
    return lambda photo, error: on_error(photo_names.id_of(photo.name), error)


def read_file(
    path: pathlib.Path,
    vocabulary: vocabulary_lib.Vocabulary,
    on_error: Callable[[pose_file.Photo, ValueError], None] | None = None,
) -> pose_file.PoseFile:
    """Returns all that a file says of a category.

    Args:
        path: See `read`.
        vocabulary: Names of classes and keypoints.
        on_error: Called with the photo and the error of each broken
            annotation. By default the error is raised.
    """
    reader = _reader(path)
    photos, entries = reader.read(path, vocabulary)
    found = pose_file.PoseFile(photos)
    for photo, entry in entries:
        try:
            found.add(photo, reader.parse(entry, vocabulary))
        except ValueError as error:
            if on_error is None:
                raise
            on_error(photo, error)
    found.unused_names = vocabulary.unused()
    return found


def _reader(path: pathlib.Path):
    if path.is_dir():
        has_xml = next(path.rglob("*.xml"), None) is not None
        has_json = next(path.rglob(f"*{coco_directory.SUFFIX}"), None)
        return coco_directory if has_json and not has_xml else berkeley
    if path.suffix.lower() == ".json" and path.is_file():
        return coco
    if path.suffix.lower() == keypoint_csv.SUFFIX and path.is_file():
        return keypoint_csv
    raise ValueError(
        "`keypoints` must be a .json or .csv file, or a directory of .json or "
        "of .xml files. "
        f"Received: keypoints={path}"
    )

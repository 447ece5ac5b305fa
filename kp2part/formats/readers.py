"""Reads keypoints from the files of annotation tools and of pose networks.

What a file is, is told by its contents, see `detection`. All that is read comes
out in one way: x and y in pixels from the center of the first, v as in COCO,
boxes in pixel edges. Where v is 0, x and y may be anything: NaN and null too.
The rules, documented here only:

- Berkeley: x and y as they are. `visible="1"` is 2 and "0" is 1; keypoints that
  are not listed are 0. Boxes are as VOC's, 1-based: their right and bottom
  edges then equal the extents of the Pascal-Part masks to the pixel for most of
  the objects examined.
- Animal-Pose: likewise; v = 1 is 2.
- COCO: x, y and v as they are; boxes are (x, y, width, height) in pixel edges.
- CVAT, XML 1.1: x - 0.5 and y - 0.5, as its origin is the corner of the first
  pixel. `outside` is 0, `occluded` is 1, else 2.
- Label Studio, JSON: x and y are per cent of the photo, from the corner of the
  first pixel: x * width / 100 - 0.5. A keypoint is 1 with the choice "hidden"
  or "occluded", else 2; one that nobody has set is 0.
- DeepLabCut, CSV and HDF5: x and y as they are. v is 2, or 0 where there are no
  coordinates, or the likelihood is below `min_likelihood`; files of labeled
  photos have no likelihood. They never say what is hidden.
- SLEAP: x and y as they are in its analysis files; sleap-io shifts those of old
  .slp files by half a pixel. v is 2, or 0 where there are no coordinates. In
  .slp, a point that is not visible is 1 if a person has set it (`complete`),
  else 0, whatever its coordinates: SLEAP itself moves such points somewhere.
  Scores do not count: SLEAP leaves out what is below its own threshold.

- A table, photo,keypoint,x,y,v: as they are.

None of Berkeley, Animal-Pose, COCO and DeepLabCut specifies whether its first
pixel is 0 or 1, nor where in it; half a pixel is below the annotators'
precision. Boxes only serve to find the object that keypoints belong to.

DeepLabCut and SLEAP have neither classes nor boxes, and CVAT has boxes only if
somebody has drawn them: see `KeypointAnnotation`. Frames of a video are photos
with a `frame`, and the name of the video as far as the file tells it.

Passed over, and counted by reason: annotations of other classes, of crowds and
without a keypoint; copies of another one; what nobody has submitted; points of
CVAT without a skeleton; body parts of DeepLabCut that no individual has.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import pathlib
import types

from kp2part.formats import detection
from kp2part.formats.deeplabcut import csv_table as deeplabcut_csv
from kp2part.formats.deeplabcut import h5_table as deeplabcut_h5
from kp2part.formats.deeplabcut import table as deeplabcut
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.photos import photo_names
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.formats.poses import pose_file
from kp2part.schema import category as category_lib

_WITH_LIKELIHOOD = (deeplabcut_csv, deeplabcut_h5)


def read(
    path: pathlib.Path,
    category: category_lib.Category,
    on_error: Callable[[str, ValueError], None] | None = None,
    *,
    keypoint_map: Mapping[str, str] = types.MappingProxyType({}),
    ignore_keypoints: Iterable[str] = (),
) -> dict[str, list[annotation_lib.KeypointAnnotation]]:
    """Returns the annotations of a category's classes in photos, by image id.

    The id is the photo's name in the file without the suffix, "dogs/rex"; see
    `photo_names` for how to find the photo.

    Args:
        path: Of a file, or of a directory: Berkeley's
            `<class>/<image>_<voc_id>.xml`, DeepLabCut's labeled photos,
            `<video>/CollectedData_<scorer>.csv`, or COCO's .json files.
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
    *,
    min_likelihood: float = deeplabcut.MIN_LIKELIHOOD,
) -> pose_file.PoseFile:
    """Returns all that a file says of a category.

    Args:
        path: See `read`.
        vocabulary: Names of classes and keypoints.
        on_error: Called with the photo and the error of each broken
            annotation. By default the error is raised.
        min_likelihood: Of DeepLabCut's predictions: a less likely point is
            absent. In [0, 1].

    Raises:
        ValueError: See `read`.
    """
    if not 0 <= min_likelihood <= 1:
        raise ValueError(
            "`min_likelihood` must be in [0, 1]. "
            f"Received: min_likelihood={min_likelihood}"
        )
    reader = detection.reader_of(path)
    scores = (min_likelihood,) if reader in _WITH_LIKELIHOOD else ()
    photos, entries = reader.read(path, vocabulary, *scores)
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

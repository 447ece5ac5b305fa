"""Reads keypoints: Berkeley XML, Animal-Pose JSON or COCO JSON, autodetected.

Conventions, documented here only. Keypoints are used as they are: none of the
three formats specifies whether its first pixel is 0 or 1, and half a pixel is
below the annotators' precision. Boxes of Berkeley and Animal-Pose are treated
as VOC's, 1-based: their right and bottom edges then equal the extents of the
Pascal-Part masks to the pixel for most of the objects examined. COCO's boxes
are (x, y, width, height) in pixel edges. Boxes only serve to find the object
that keypoints belong to.

Visibility becomes COCO's: of Berkeley's listed keypoints `visible="1"` is 2 and
"0" is 1, and those not listed are 0; Animal-Pose's 1 is 2.
"""

from collections.abc import Callable
import pathlib

from kp2part.formats import annotation as annotation_lib
from kp2part.formats import berkeley
from kp2part.formats import coco
from kp2part.schema import category as category_lib


def read(
    path: pathlib.Path,
    category: category_lib.Category,
    on_error: Callable[[str, ValueError], None] | None = None,
) -> dict[str, list[annotation_lib.KeypointAnnotation]]:
    """Returns the annotations of a category's classes, by image id.

    Args:
        path: A directory with Berkeley's `<class>/<image>_<voc_id>.xml`, or a
            .json file in the format of Animal-Pose or of COCO.
        category: Category whose classes and keypoints to read.
        on_error: Called with the image id and the error of each broken
            annotation. By default the error is raised.

    Raises:
        ValueError: The path cannot be read, or an annotation is broken and
            there is no `on_error`; the message names the file, the object and
            the field.
    """
    reader = _reader(path)
    found = {}
    for image_id, entry in reader.entries(path):
        try:
            annotation = reader.parse(entry, category)
        except ValueError as error:
            if on_error is None:
                raise
            on_error(image_id, error)
            continue
        if annotation is not None:
            found.setdefault(image_id, []).append(annotation)
    return found


def _reader(path: pathlib.Path):
    if path.is_dir():
        return berkeley
    if path.suffix == ".json" and path.is_file():
        return coco
    raise ValueError(
        "`keypoints` must be a directory of .xml files or a .json file. "
        f"Received: keypoints={path}"
    )

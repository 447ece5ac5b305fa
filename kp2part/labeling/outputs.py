"""The formats in which labels are written."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import pathlib

from kp2part.formats import coco_writer
from kp2part.formats import cvat_writer
from kp2part.formats import label_studio_writer
from kp2part.formats import labels
from kp2part.formats import pascal_part_writer
from kp2part.formats import png_writer
from kp2part.schema import category as category_lib

# By name: where it goes below the output directory, and what writes it.
_WRITERS: dict[str, tuple[str, Callable]] = {
    "coco": ("coco.json", coco_writer.write),
    "png": ("", png_writer.write),  # Makes masks/ and instances/.
    "cvat": ("cvat.xml", cvat_writer.write),
    "label_studio": ("label_studio.json", label_studio_writer.write),
    "pascal_part": ("Annotations_Part", pascal_part_writer.write),
}
NAMES = tuple(_WRITERS)


@dataclasses.dataclass(frozen=True)
class Outputs:
    """What to write.

    Attributes:
        formats: Of `NAMES`.
        image_url_prefix: Of Label Studio's tasks, before the photos' names.
    """

    formats: Sequence[str]
    image_url_prefix: str = label_studio_writer.LOCAL_FILES

    def __post_init__(self):
        if unknown := sorted(set(self.formats) - set(NAMES)):
            raise ValueError(
                f"`output_formats` must be of {list(NAMES)}. Received: "
                f"{unknown}"
            )

    def write(
        self,
        photos: Iterable[labels.LabeledPhoto],
        category: category_lib.Category,
        directory: pathlib.Path,
    ) -> list[pathlib.Path]:
        """Writes the photos in each format and returns the paths.

        Args:
            photos: Read anew for each format, one after the other.
            category: Names of classes, keypoints and parts.
            directory: Where the files go.
        """
        written = []
        for name in self.formats:
            place, write = _WRITERS[name]
            more = {}
            if name == "label_studio":
                more["url_prefix"] = self.image_url_prefix
            write(photos, category, directory / place, **more)
            written.append(directory / place)
        return written

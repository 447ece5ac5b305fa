"""All that a build's bytes depend on, apart from its input files."""

import dataclasses

from kp2part.schema import category as category_lib
from kp2part.schema import task
from tfrecords_tools.building import label_map
from tfrecords_tools.building import selection


@dataclasses.dataclass(frozen=True)
class Settings:
    """How photos and annotations become records.

    Attributes:
        category: Names of classes, keypoints and parts.
        thresholds: Which objects to keep.
        image_size: Side of the square crops, in pixels.
        context: Margin around an object's box, as a share of the box's sides.
        aspect: How a crop is made square, see `task.ASPECTS`.
        unassigned: What an object's pixels in no part become, see
            `label_map.UNASSIGNED`.
        images_per_shard: Number of source photos in one file.
        seed: Decides which photo goes to which file.
        skip_bad_images: Whether a photo with a broken file is left out and
            counted; otherwise it stops the build.
    """

    category: category_lib.Category
    thresholds: selection.Thresholds = selection.Thresholds()
    image_size: int = 256
    context: float = 0.0
    aspect: str = "stretch"
    unassigned: str = "background"
    images_per_shard: int = 256
    seed: int = 0
    skip_bad_images: bool = False

    def __post_init__(self):
        # A network that could not take the crops would be a late surprise.
        task.Task(
            self.category,
            image_size=self.image_size,
            context=self.context,
            aspect=self.aspect,
        )
        if self.unassigned not in label_map.UNASSIGNED:
            raise ValueError(
                f"`unassigned` must be one of {label_map.UNASSIGNED}. "
                f"Received: unassigned={self.unassigned!r}"
            )
        if self.images_per_shard < 1:
            raise ValueError(
                "`images_per_shard` must be positive. Received: "
                f"images_per_shard={self.images_per_shard}"
            )

    def to_json(self) -> dict:
        """Returns plain lists, dicts, strings and numbers."""
        return {
            **dataclasses.asdict(self),
            "category": self.category.to_json(),
            # Objects in JSON are compared without regard to order.
            "part_ids": list(self.category.parts),
        }

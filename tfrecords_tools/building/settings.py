"""All settings that affect the bytes of a build."""

import dataclasses

from kp2part.schema import category as category_lib
from kp2part.schema import task as task_lib
from kp2part.system import settings

UNASSIGNED = ("background", "ignore")


@dataclasses.dataclass(frozen=True)
class Thresholds:
    """Thresholds for the objects to keep; the defaults are the paper's.

    For the attributes see the help of each field.
    """

    max_overlap: float = settings.field(
        0.05,
        "Drop an object whose box has a larger IoU with the box of any other "
        "object in the photo, of any class.",
        minimum=0,
        maximum=1,
    )
    min_side: float = settings.field(
        32.0,
        "Drop an object whose box has a shorter side, in pixels of the photo.",
        minimum=0,
    )
    min_keypoints: int = settings.field(
        5,
        "Drop an object with fewer keypoints; occluded ones (v = 1) count.",
        minimum=0,
    )
    min_match_iou: float = settings.field(
        0.45,
        "Annotations in two files are of the same object if their classes are "
        "equal and their boxes have at least this IoU.",
        minimum=0,
        maximum=1,
    )

    def __post_init__(self):
        settings.check(self)


@dataclasses.dataclass(frozen=True)
class Settings:
    """How photos and annotations become records.

    Attributes:
        category: Names of classes, keypoints and parts. For the other
            attributes see the help of each field.
    """

    category: category_lib.Category
    thresholds: Thresholds = Thresholds()
    image_size: int = settings.field(
        256,
        "Side of the square crops in pixels, a multiple of 32. Training and "
        "serving use the same size by default.",
        minimum=32,
    )
    context: float = settings.field(
        0.0,
        "Margin around an object's box, as a fraction of the sides of the box. "
        "The paper uses none.",
        minimum=0,
        maximum=1,
    )
    aspect: str = settings.field(
        "stretch",
        "How to make a box square: stretch it, as in the paper, or pad it with "
        "black pixels, which are labeled as ignored.",
        choices=task_lib.ASPECTS,
    )
    unassigned: str = settings.field(
        "background",
        "Label of an object's pixels that are in no part: background, or "
        "ignore (neither trained on nor scored).",
        choices=UNASSIGNED,
    )
    images_per_shard: int = settings.field(
        256, "Number of source photos per shard.", minimum=1
    )
    seed: int = settings.field(
        0, "Seed that assigns photos to shards and orders them."
    )
    skip_bad_images: bool = settings.field(
        False,
        "Skip photos with a missing or broken file and list them in the "
        "manifest. By default the first one stops the build.",
    )

    def __post_init__(self):
        settings.check(self)
        # Fail now, not at training, if no network could take the crops.
        self.task  # noqa: B018

    @property
    def task(self) -> task_lib.Task:
        """How crops are made, as a network's task says it."""
        return task_lib.Task(
            self.category,
            image_size=self.image_size,
            context=self.context,
            aspect=self.aspect,
        )

    def to_json(self) -> dict:
        """Returns plain lists, dicts, strings and numbers."""
        return {
            **dataclasses.asdict(self),
            "category": self.category.to_json(),
            # JSON objects are compared without regard to order.
            "part_ids": list(self.category.parts),
        }

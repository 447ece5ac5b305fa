"""Strengths of data augmentation; `ops.make_augment` applies it."""

import dataclasses

from kp2part.system import settings

# An elastic warp moves a grid of this many control points along x and y, each
# by at most twice the standard deviation. Up to this standard deviation, in
# pixels of a 256 px crop, no draw folds the image, as a test of `ops.elastic`
# checks.
ELASTIC_POINTS = 4
LARGEST_ELASTIC = 8.0


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Strengths of the random changes to training examples.

    The help of each field describes it.
    """

    flip: float = settings.field(
        0.5, "Fraction of examples to mirror.", minimum=0, maximum=1
    )
    rotation: float = settings.field(
        0.0, "Largest random rotation, in degrees.", minimum=0
    )
    scale: float = settings.field(
        0.0,
        "Largest random zoom in or out: 0.2 scales by 1/1.2 to 1.2.",
        minimum=0,
        below=1,
    )
    translation: float = settings.field(
        0.0,
        "Largest random shift along x and y, as a fraction of the side.",
        minimum=0,
        below=1,
    )
    color: float = settings.field(
        0.0,
        "Largest random change of brightness, contrast and saturation, as a "
        "fraction.",
        minimum=0,
        below=1,
    )
    keypoint_dropout: float = settings.field(
        0.0,
        "Fraction of keypoints to drop at random.",
        minimum=0,
        below=1,
    )
    keypoint_jitter: float = settings.field(
        0.0,
        "Random shift of each keypoint along x and y: standard deviation, in "
        "pixels of a 256 px crop.",
        minimum=0,
    )
    elastic: float = settings.field(
        0.0,
        "Random elastic deformation: standard deviation of the shifts of "
        "control points, in pixels of a 256 px crop. Beyond the maximum, an "
        "image could fold.",
        minimum=0,
        maximum=LARGEST_ELASTIC,
    )

    def __post_init__(self):
        settings.check(self)

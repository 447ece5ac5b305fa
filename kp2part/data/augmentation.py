"""How far training examples are changed; `ops.make_augment` does it."""

import dataclasses

from kp2part.system import settings

# An elastic warp moves a grid of this many control points along x and y, each
# by at most twice the standard deviation. Up to this much of it, in pixels of a
# 256 px crop, no draw can fold the image over itself (tests/data/ops_test.py).
ELASTIC_POINTS = 4
LARGEST_ELASTIC = 8.0


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How far training examples are moved and recolored, at random.

    For the attributes see the help of each field.
    """

    flip: float = settings.field(
        0.5, "Fraction of mirrored examples.", minimum=0, maximum=1
    )
    rotation: float = settings.field(
        0.0, "Largest random rotation, in degrees.", minimum=0
    )
    scale: float = settings.field(
        0.0,
        "Largest random zoom in or out: 0.2 is 1/1.2 to 1.2 times.",
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
        "Fraction of the keypoints to take away at random.",
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
        "Random bending: standard deviation of the shifts of a grid of points, "
        "in pixels of a 256 px crop; with more, an image could fold.",
        minimum=0,
        maximum=LARGEST_ELASTIC,
    )

    def __post_init__(self):
        settings.check(self)

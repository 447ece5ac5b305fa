"""The settings of drawn photos."""

import dataclasses

from kp2part.system import settings

# Increased whenever the same settings give different photos than before.
_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Settings:
    """All settings that affect the drawn files; see the help of each field.

    Attributes:
        version: Version of the drawing code.
    """

    num_images: int = settings.field(
        400, "Number of photos to draw.", minimum=1, maximum=999_999
    )
    seed: int = settings.field(0, "Seed of the photos.", minimum=0)
    size: int = settings.field(
        320,
        "Longer side of the largest photos, in pixels; that of the smallest is "
        "5/8 of it.",
        minimum=96,
        maximum=2048,
    )
    val_fraction: float = settings.field(
        0.2, "Fraction of the photos listed in val.txt.", minimum=0, maximum=1
    )
    version: int = _VERSION

    def __post_init__(self):
        settings.check(self)

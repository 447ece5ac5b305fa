"""All that drawn photos depend on."""

import dataclasses

from kp2part.system import settings

# Raised whenever the same settings give other photos than before.
_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Settings:
    """All that the drawn files depend on; see the help of each field.

    Attributes:
        version: Of the program's drawings.
    """

    num_images: int = settings.field(
        400, "Photos to draw.", minimum=1, maximum=999_999
    )
    seed: int = settings.field(
        0, "Another number gives other photos.", minimum=0
    )
    size: int = settings.field(
        320,
        "Longest side of the longest photo, in pixels; others are down to 5/8 "
        "of it.",
        minimum=96,
        maximum=2048,
    )
    val_fraction: float = settings.field(
        0.2, "Fraction of the photos that val.txt lists.", minimum=0, maximum=1
    )
    version: int = _VERSION

    def __post_init__(self):
        settings.check(self)

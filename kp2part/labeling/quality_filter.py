"""Chooses objects by the quality of their masks."""

import dataclasses

from kp2part.formats.labeled import labels


@dataclasses.dataclass(frozen=True)
class QualityRange:
    """Bounds of the quality of objects to write.

    Attributes:
        least: Objects below are left out.
        most: Objects above are left out.
    """

    least: float = 0.0
    most: float = 1.0

    def __post_init__(self):
        if not 0 <= self.least <= self.most <= 1:
            raise ValueError(
                "`min_quality` and `max_quality` must be in [0, 1], in this "
                f"order. Received: {self.least:g} and {self.most:g}"
            )

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return (self.least, self.most) == (0, 1)

    def keep(self, photo: labels.LabeledPhoto) -> labels.LabeledPhoto:
        """Returns a photo with the objects within the bounds.

        Raises:
            ValueError: The model does not tell the quality.
        """
        if self.is_all:
            return photo
        kept = tuple(x for x in photo.objects if self._is_in(x))
        return dataclasses.replace(photo, objects=kept)

    def _is_in(self, item: labels.LabeledObject) -> bool:
        if item.quality is None:
            raise ValueError(
                "`min_quality` and `max_quality` need a model that tells the "
                "quality: fit it with kp2part.calibrate, and export the model "
                "again with --calibration."
            )
        return self.least <= item.quality <= self.most

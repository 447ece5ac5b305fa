"""The objects of a photo and their part masks, independent of the format."""

from collections.abc import Collection
from collections.abc import Iterable
import dataclasses
import pathlib
from typing import Protocol

import numpy as np

from kp2part.schema import boxes
from kp2part.schema import category as category_lib


@dataclasses.dataclass(frozen=True)
class Part:
    """A visible part of an object.

    Attributes:
        name: As annotated, e.g. "lfuleg".
        mask: bool [H, W], at the photo's size.
    """

    name: str
    mask: np.ndarray


@dataclasses.dataclass(frozen=True)
class Object:
    """One object of a photo.

    Attributes:
        index: 0-based index in its file.
        class_name: As annotated: Pascal-Part has "table", not "diningtable".
            `vocabulary.ANY_CLASS` if the file does not say.
        mask: bool [H, W], at the photo's size.
        parts: The annotated parts; objects of many classes have none.
        labels: uint8 [H, W], ids of the category's parts, 255 for pixels to
            ignore, where the file has these instead of `parts`.
        instance: Its number in the masks, by which keypoints may name it; "" if
            it has none.
        may_be_several: Whether the file does not tell the objects of the photo
            apart, so that this one may be several.
    """

    index: int
    class_name: str
    mask: np.ndarray
    parts: tuple[Part, ...] = ()
    labels: np.ndarray | None = None
    instance: str = ""
    may_be_several: bool = False

    @property
    def box(self) -> boxes.Box:
        """The extent of the mask, in pixel edges; zeros if it is empty."""
        return boxes.extent(self.mask) or (0.0, 0.0, 0.0, 0.0)


class PhotoMasks(Protocol):
    """The part masks of one photo; small, as it is sent to worker processes.

    `str` names it in messages.
    """

    @property
    def files(self) -> tuple[pathlib.Path, ...]:
        """The files of this photo only."""

    @property
    def error(self) -> str | None:
        """Why it cannot be read, if that is known without opening `files`."""

    @property
    def fingerprint(self) -> bytes:
        """What it says, if that is not in `files`."""

    def read(self, category: category_lib.Category) -> tuple[Object, ...]:
        """Returns the objects of all classes.

        Args:
            category: Its classes and parts.

        Raises:
            ValueError: It cannot be read; the message names file and place.
        """


class PartMasks(Protocol):
    """The part masks of many photos, by the photo's id."""

    kind: str  # What a photo has there, for messages: ".mat file".

    @property
    def ids(self) -> Collection[str]:
        """The photos that have masks, or are expected to."""

    def expect(self, names: Iterable[str]):
        """Adds photos that should be there, whether or not they are."""

    def find_id(self, name: str) -> str | None:
        """Returns the id for a name, None if no photo has it."""

    def find(self, name: str) -> PhotoMasks:
        """Returns the masks for a name, which must be there or expected."""

"""Drafts the map of keypoint names for a file, to be completed by a person.

The draft is a map as `vocabulary.read_map` reads it, {"theirs": "ours"}, with
all names of the file. A name that surely means a keypoint has it. Of any other,
"?nose" is the most similar keypoint and "?" says that there is none: as long as
such a line is there, the map is refused, so that no guess is used unseen.
"""

from collections.abc import Iterator
import dataclasses
import os
import pathlib

from kp2part.formats import readers
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.schema import category as category_lib
from kp2part.system import json_file

GUESS = "?"  # Before the name of a keypoint: not sure.


@dataclasses.dataclass(frozen=True)
class Draft:
    """What the keypoints of a file mean.

    Attributes:
        names: The category's keypoint by the name in the file, in its order;
            `GUESS` and a similar keypoint, or none, where it is unknown.
        missing: The category's keypoints that no name means.
    """

    names: dict[str, str]
    missing: list[str]

    @property
    def unknown(self) -> list[str]:
        """The names that mean no keypoint for sure."""
        return [n for n, ours in self.names.items() if ours.startswith(GUESS)]


class _Listener(vocabulary_lib.Vocabulary):
    """Knows all names, and notes which it was asked for."""

    def __init__(self, category: category_lib.Category):
        super().__init__(category)
        self.names: dict[str, str | None] = {}

    def keypoint_of(self, name: str, format_name: str) -> str | None:
        try:
            self.names[name] = super().keypoint_of(name, format_name)
        except KeyError:
            self.names[name] = None
        return None  # Leave it out: nobody looks at the keypoints.


def draft(path: pathlib.Path, category: category_lib.Category) -> Draft:
    """Returns what the names in a keypoint file mean.

    Args:
        path: Of the file or directory, see `readers.read`.
        category: Whose classes and keypoints to look for.

    Raises:
        ValueError: The file cannot be read, or has no keypoints of a class of
            the category. Broken annotations are passed over.
    """
    listener = _Listener(category)
    readers.read_file(path, listener, on_error=lambda *_: None)
    if not listener.names:
        raise ValueError(
            f"{path}: has no keypoints of {category.name!r}, whose classes "
            f"are {', '.join(category.classes)}."
        )
    known = set(listener.names.values())
    missing = [name for name in category.keypoints if name not in known]
    names = {
        name: ours or GUESS + "".join(identity.nearest(name, missing, 1))
        for name, ours in listener.names.items()
    }
    return Draft(names, missing)


def write(path: str | os.PathLike, found: Draft):
    """Writes a draft as a JSON file, to be completed."""
    json_file.write(path, found.names)


def notes(found: Draft) -> Iterator[str]:
    """Yields a line for each kind of name that matches nothing."""
    if unknown := found.unknown:
        shown = (
            f"{name!r:.80} ({found.names[name]})" if len(found.names[name]) > 1
            else f"{name!r:.80}"
            for name in unknown
        )  # fmt: skip
        yield (
            f"{len(unknown)} of {len(found.names)} keypoints in the file match "
            f"nothing: {', '.join(shown)}. In the map, write the right name "
            f"without {GUESS!r}, or remove the line and give the name to "
            "--ignore_keypoints."
        )
    if found.missing:
        yield (
            "keypoints of the category that the file lacks: "
            + ", ".join(found.missing)
        )

"""Pieces of an object that each move as a unit, and their axes.

A leg bends, so the part "legs" has eight pieces: an upper and a lower one for
each leg. A category's JSON file defines its pieces; `morphing` moves them.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses

import numpy as np

from kp2part.schema import sides

# Joins keypoint names to a point at the mean of these keypoints.
_BETWEEN = "+"


@dataclasses.dataclass(frozen=True)
class Piece:
    """A piece of a part.

    A point is the name of a keypoint, or "a+b" for the mean of several.

    Attributes:
        part: Name of the part that it belongs to.
        axes: Pairs of points, in order of preference. The first pair that is
            present in both poses determines the motion of the piece.
        anchors: Points, in order of preference. If no axis is present in both
            poses, the first anchor that is determines the position of the
            piece; it rotates and scales with the whole object.
        follows: Whether the piece moves with the whole object if no axis and no
            anchor is present in both poses. If not, it is left out.
    """

    part: str
    axes: tuple[tuple[str, str], ...] = ()
    anchors: tuple[str, ...] = ()
    follows: bool = False

    @property
    def points(self) -> tuple[str, ...]:
        """All its points."""
        return (*(p for axis in self.axes for p in axis), *self.anchors)

    @property
    def keypoints(self) -> Iterator[str]:
        """Names of all its keypoints."""
        return (name for point in self.points for name in split(point))


@dataclasses.dataclass(frozen=True)
class Rig:
    """The pieces of a category as arrays: Q pieces, J points, A alternatives.

    The first piece is the body, which determines the motion of the object.

    Attributes:
        weights: float32 [J, K]; a point is the mean of its keypoints.
        ends: int32 [Q, A, 2], indices of points. The alternatives in order of
            preference: axes (two points), then anchors (the same point twice).
            Padded with -1.
        parts: int32 [Q], part ids.
        follows: bool [Q], see `Piece`.
        mirror: int32 [Q], the index of the mirror image of each piece.
    """

    weights: np.ndarray
    ends: np.ndarray
    parts: np.ndarray
    follows: np.ndarray
    mirror: np.ndarray


def rig(
    pieces: Sequence[Piece], keypoints: Sequence[str], parts: Sequence[str]
) -> Rig:
    """Returns the pieces as arrays.

    Args:
        pieces: Q pieces, the body first.
        keypoints: K names.
        parts: P names.

    Raises:
        ValueError: The mirror image of a piece is missing.
    """
    points = list(dict.fromkeys(p for piece in pieces for p in piece.points))
    weights = np.zeros((len(points), len(keypoints)), np.float32)
    for j, point in enumerate(points):
        names = split(point)
        weights[j, [keypoints.index(name) for name in names]] = 1 / len(names)
    count = max(len(p.axes) + len(p.anchors) for p in pieces)
    ends = np.full((len(pieces), count, 2), -1, np.int32)
    for q, piece in enumerate(pieces):
        pairs = [*piece.axes, *((a, a) for a in piece.anchors)]
        for a, pair in enumerate(pairs):
            ends[q, a] = [points.index(point) for point in pair]
    return Rig(
        weights,
        ends,
        np.array([parts.index(p.part) for p in pieces], np.int32),
        np.array([p.follows for p in pieces]),
        np.array(mirror(pieces), np.int32),
    )


def mirror(pieces: Sequence[Piece]) -> tuple[int, ...]:
    """Returns the index of the mirror image of each piece."""
    keys = [_key(piece, swap=False) for piece in pieces]
    mirrored = [_key(piece, swap=True) for piece in pieces]
    for piece, key in zip(pieces, mirrored, strict=True):
        if key not in keys:
            raise ValueError(
                "`pieces` must have a right piece for every left one, and "
                f"vice versa. Unpaired: {piece}"
            )
    return tuple(keys.index(key) for key in mirrored)


def split(point: str) -> tuple[str, ...]:
    """Returns the names of the keypoints that define a point."""
    return tuple(point.split(_BETWEEN))


def _key(piece: Piece, swap: bool):
    def names(point):
        return frozenset(
            sides.mirror_name(name) if swap else name for name in split(point)
        )

    axes = frozenset((names(a), names(b)) for a, b in piece.axes)
    part = sides.mirror_name(piece.part) if swap else piece.part
    return part, axes, frozenset(map(names, piece.anchors))

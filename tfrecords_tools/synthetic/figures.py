"""Figures: the solids and keypoints of an animal or a person.

A figure is built along three axes (forward, left, up), then turned relative to
the viewer. Left and right are its own.
"""

from collections.abc import Sequence
import dataclasses

import numpy as np

from tfrecords_tools.synthetic import solids

FACING_RIGHT = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure in the world.

    Attributes:
        body: Its solids; parts have the names of Pascal-Part.
        keypoints: World point [3] of each keypoint by name, and the depth of
            flesh in front of it through which it would still be annotated.
        axes: [3, 3], world directions of forward, left and up.
    """

    body: tuple[solids.Solid, ...]
    keypoints: dict[str, tuple[np.ndarray, float]]
    axes: np.ndarray


def turned(
    body: Sequence[solids.Solid],
    keypoints: dict[str, tuple[np.ndarray, float]],
    yaw: float,
) -> Figure:
    """Returns a figure whose solids and keypoints are along its own axes.

    Args:
        body: Its solids.
        keypoints: As in `Figure`.
        yaw: Degrees by which it is turned from facing right in the photo
            towards the viewer: 90 faces the viewer, 180 faces left.
    """
    axes = _axes(yaw)
    return Figure(
        tuple(_turned(solid, axes) for solid in body),
        {name: (at @ axes, flesh) for name, (at, flesh) in keypoints.items()},
        axes,
    )


def _axes(yaw):
    yaw = np.radians(yaw)
    return np.array(
        [
            [np.cos(yaw), 0, np.sin(yaw)],
            [np.sin(yaw), 0, -np.cos(yaw)],
            [0, 1, 0],
        ]
    )


def _turned(solid, axes):
    return dataclasses.replace(
        solid,
        start=solid.start @ axes,
        end=None if solid.end is None else solid.end @ axes,
        axes=None if solid.axes is None else solid.axes @ axes,
    )

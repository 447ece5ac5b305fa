"""Poses: the angles of an animal's bones.

Angles are in degrees. Leg bones are measured in the animal's plane of symmetry,
from straight down, forward positive; trunk, neck, head and tail are measured
from the horizon, up positive.
"""

import dataclasses

import numpy as np

from tfrecords_tools.synthetic import difficulty
from tfrecords_tools.synthetic import species as species_lib

LEFT = np.array([0.0, 1.0, 0.0])  # In axes (forward, left, up).

# Upper, middle and lower bone of a fore and of a hind leg.
_FORE_STAND, _HIND_STAND = (-12, 4, 0), (14, -24, 4)
_FORE_FOLDED, _HIND_FOLDED = (-35, 82, 86), (72, -70, 84)


@dataclasses.dataclass(frozen=True)
class Pose:
    """Angles in degrees.

    Attributes:
        pitch: Angle of the trunk.
        legs: [4, 3], three bones of each leg: left front, right front, left
            back, right back.
        neck: Angle of the neck.
        head: Angle of the muzzle.
        turn: Turn of the head relative to the trunk, to the animal's left.
        tail: Angle of the base of the tail.
        curl: Change of the angle from the base to the tip of the tail.
        swing: Turn of the tail, to the animal's left.
    """

    pitch: float
    legs: np.ndarray
    neck: float
    head: float
    turn: float
    tail: float
    curl: float
    swing: float


def draw(rng: np.random.Generator, species: species_lib.Species) -> Pose:
    """Returns a random pose of a species."""
    name = species.poses[rng.integers(len(species.poses))]
    pitch, legs = _trunk_and_legs(rng, name)
    neck, head = species.neck_angle, species.head_angle
    if name == "graze":
        neck, head = rng.uniform(-60, -25), rng.uniform(-80, -55)
    elif name == "run":
        neck, head = neck - 15, head + 10
    return Pose(
        pitch=pitch,
        legs=legs + rng.normal(0, 5, (4, 3)),
        neck=neck + rng.normal(0, 12),
        head=head + rng.normal(0, 10),
        turn=rng.normal(0, 20),
        tail=species.tail_angle + rng.normal(0, difficulty.TAIL_TURN * 0.7),
        curl=species.tail_curl + rng.normal(0, difficulty.TAIL_TURN * 1.5),
        swing=rng.normal(0, 30),
    )


def _trunk_and_legs(rng, name):
    """Returns the pitch of the trunk and the [4, 3] angles of the legs."""
    legs = np.array([_FORE_STAND] * 2 + [_HIND_STAND] * 2, float)
    if name == "sit":
        legs[2:] = _HIND_FOLDED
        return rng.uniform(35, 55), legs
    if name == "lie":
        legs[:2], legs[2:] = _FORE_FOLDED, _HIND_FOLDED
        return rng.uniform(-3, 14), legs
    if name in ("walk", "run"):
        reach = rng.uniform(12, 28) if name == "walk" else rng.uniform(30, 55)
        phase = rng.uniform(0, 2 * np.pi)
        # In a walk diagonal legs move together; in a run both front legs, and
        # both back legs.
        lag = [0, np.pi, np.pi, 0] if name == "walk" else [0, 0.6, 2.6, 3.2]
        swing = np.sin(phase + np.array(lag))
        legs += reach * swing[:, None]
        lifted = np.maximum(np.cos(phase + np.array(lag)), 0) * reach
        legs[:, 2] -= lifted * 1.2
        return rng.normal(0, 3 if name == "walk" else 8), legs
    return rng.normal(0, 3), legs


def direction(angle: float, turn: float = 0.0) -> np.ndarray:
    """Returns the unit vector (forward, left, up) of two angles.

    Args:
        angle: Degrees above the horizon.
        turn: Degrees to the left.
    """
    angle, turn = np.radians(angle), np.radians(turn)
    flat = np.cos(angle)
    return np.array([flat * np.cos(turn), flat * np.sin(turn), np.sin(angle)])


def trunk_axes(pose: Pose) -> np.ndarray:
    """Returns the trunk's forward, left and up axes, rows of [3, 3]."""
    forward = direction(pose.pitch)
    return np.stack([forward, LEFT, np.cross(forward, LEFT)])

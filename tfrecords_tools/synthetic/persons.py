"""Persons: builds solids and keypoints of a person in a pose.

Lengths are in units of the trunk, from the hips, at the origin, to the
shoulders. Parts are named as in Pascal-Part: "luarm", "llarm" and "lhand" are
the left arm.
"""

import dataclasses

import numpy as np

from tfrecords_tools.synthetic import figures
from tfrecords_tools.synthetic import fur
from tfrecords_tools.synthetic import poses
from tfrecords_tools.synthetic import solids

_CLOTH, _SKIN = {"fluff": 0.3}, {"tint": "skin", "fluff": 0.1}


@dataclasses.dataclass(frozen=True)
class Pose:
    """Angles in degrees; those of limbs are from straight down, forwards.

    Attributes:
        lean: Of the trunk, forwards from upright.
        nod: Of the head, forwards from upright.
        turn: Of the head, to the person's left.
        spread: Of the upper arms, away from the trunk.
        left_arm: Upper and lower arm.
        right_arm: The same.
        left_leg: Upper and lower leg.
        right_leg: The same.
    """

    lean: float
    nod: float
    turn: float
    spread: float
    left_arm: tuple[float, float]
    right_arm: tuple[float, float]
    left_leg: tuple[float, float]
    right_leg: tuple[float, float]


WALK = Pose(
    lean=4,
    nod=4,
    turn=10,
    spread=16,
    left_arm=(28, 62),
    right_arm=(-26, 10),
    left_leg=(-18, -40),
    right_leg=(24, 10),
)


def clothes(
    skin: tuple[float, float, float],
    hair: tuple[float, float, float],
    shirt: tuple[float, float, float],
    trousers: tuple[float, float, float],
) -> fur.Fur:
    """Returns the colors of a person: RGB in [0, 255], without patterns."""
    tints = {
        "skin": skin,
        "hair": hair,
        "shirt": shirt,
        "trousers": trousers,
        "shoe": (48, 44, 42),
        "eye": (26, 22, 18),
    }
    none = np.zeros(3, np.float32)
    return fur.Fur(
        {name: np.array(color, np.float32) for name, color in tints.items()},
        second=none,
        belly=none,
        pattern="plain",
        blobs=np.zeros((0, 4)),
        frequency=0.0,
        hair=0.02,
    )


def build(pose: Pose, yaw: float) -> figures.Figure:
    """Returns the person, with COCO's keypoints.

    Args:
        pose: Its angles.
        yaw: See `figures.turned`.
    """
    trunk = _axes(90 - pose.lean)
    body, keypoints = _trunk(trunk), {}
    more, points = _head(pose, trunk[2])
    body += more
    keypoints |= points
    for side, name in (1, "left"), (-1, "right"):
        for limb in (
            _arm(name, side, pose.spread, getattr(pose, f"{name}_arm"), trunk),
            _leg(name, side, getattr(pose, f"{name}_leg")),
        ):
            body += limb[0]
            keypoints |= limb[1]
    return figures.turned(body, keypoints, yaw)


def _axes(up_angle: float, turn: float = 0.0) -> np.ndarray:
    """Returns the axes of an upright thing, with this angle of its top."""
    forward, left = (
        poses.direction(up_angle - 90, turn),
        poses.direction(0, turn + 90),
    )
    return np.stack([forward, left, np.cross(forward, left)])


def _trunk(trunk):
    up, left = trunk[2], poses.LEFT
    rows = (
        (0.74, (0.19, 0.32, 0.34), "shirt"),
        (0.42, (0.18, 0.27, 0.42), "shirt"),
        (0.05, (0.20, 0.28, 0.24), "trousers"),
    )
    body = [
        solids.ball("torso", at * up, trunk, radii, tint=tint, **_CLOTH)
        for at, radii, tint in rows
    ]
    ends = 0.91 * up + 0.2 * left, 0.91 * up - 0.2 * left
    shoulders = solids.cone(
        "torso", *ends, (0.14, 0.14), tint="shirt", **_CLOTH
    )
    return [*body, shoulders]


def _head(pose, up):
    head = _axes(90 - pose.nod, pose.turn)
    top = up + 0.26 * poses.direction(90 - pose.lean - pose.nod)
    center = top + (0.03, 0, 0.19) @ head

    def at(forward, left, upward):
        return center + (forward, left, upward) @ head

    nose = at(0.205, 0, -0.03)
    body = [
        solids.cone("neck", up, top, (0.115, 0.10), **_SKIN),
        solids.ball("head", center, head, (0.20, 0.165, 0.25), **_SKIN),
        solids.ball(
            "hair",
            at(-0.045, 0, 0.055),
            head,
            (0.205, 0.182, 0.225),
            tint="hair",
            fluff=0.6,
        ),
        solids.ball("nose", nose, head, (0.035, 0.03, 0.045), **_SKIN),
    ]
    keypoints = {"nose": (nose, 0.1)}
    for side, name in (1, "left"), (-1, "right"):
        eye, ear = at(0.175, 0.07 * side, 0.03), at(-0.01, 0.17 * side, 0)
        body += [
            solids.ball(
                f"{name[0]}eye",
                eye,
                head,
                (0.022, 0.03, 0.02),
                tint="eye",
                fluff=0.05,
            ),
            solids.ball(
                f"{name[0]}ear", ear, head, (0.05, 0.025, 0.07), **_SKIN
            ),
        ]
        keypoints |= {f"{name}_eye": (eye, 0.05), f"{name}_ear": (ear, 0.08)}
    return body, keypoints


def _arm(name, side, spread, angles, trunk):
    out = side * np.sin(np.radians(spread)) * poses.LEFT
    shoulder = 0.92 * trunk[2] + 0.36 * side * poses.LEFT
    elbow = shoulder + 0.58 * (poses.direction(angles[0] - 90) + out)
    along = poses.direction(angles[1] - 90)
    wrist = elbow + 0.5 * along
    code = name[0]
    body = [
        solids.cone(f"{code}uarm", shoulder, elbow, (0.125, 0.095),
                    tint="shirt", **_CLOTH),
        solids.cone(f"{code}larm", elbow, wrist, (0.085, 0.058), **_SKIN),
        solids.cone(f"{code}hand", wrist, wrist + 0.17 * along,
                    (0.062, 0.055), **_SKIN),
    ]  # fmt: skip
    return body, {
        f"{name}_shoulder": (shoulder, 0.25),
        f"{name}_elbow": (elbow, 0.2),
        f"{name}_wrist": (wrist, 0.16),
    }


def _leg(name, side, angles):
    hip = 0.17 * side * poses.LEFT
    knee = hip + 0.86 * poses.direction(angles[0] - 90)
    ankle = knee + 0.84 * poses.direction(angles[1] - 90)
    down = poses.direction(-90)
    heel, toe = (
        ankle + 0.05 * down,
        ankle + 0.3 * poses.direction(angles[1] / 2),
    )
    looks = {"tint": "trousers", **_CLOTH}
    code = name[0]
    body = [
        solids.cone(f"{code}uleg", hip, knee, (0.18, 0.125), **looks),
        solids.cone(f"{code}lleg", knee, ankle, (0.12, 0.08), **looks),
        solids.cone(f"{code}foot", heel, toe + 0.05 * down, (0.085, 0.07),
                    tint="shoe", fluff=0.1),
    ]  # fmt: skip
    return body, {
        f"{name}_hip": (hip, 0.3),
        f"{name}_knee": (knee, 0.25),
        f"{name}_ankle": (ankle, 0.2),
    }

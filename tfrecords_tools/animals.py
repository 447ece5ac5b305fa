"""Animals: a species in a pose becomes solids and keypoints in the world.

An animal is built along three axes (forward, left, up), with the trunk's
middle at the origin, then turned to the viewer. Left and right are the
animal's own.
"""

import dataclasses

import numpy as np

from tfrecords_tools import poses
from tfrecords_tools import solids
from tfrecords_tools import species as species_lib

# In Animal-Pose's order.
KEYPOINTS = (
    "left_eye", "right_eye", "nose", "left_ear", "right_ear",
    "left_front_elbow", "right_front_elbow",
    "left_back_elbow", "right_back_elbow",
    "left_front_knee", "right_front_knee",
    "left_back_knee", "right_back_knee",
    "left_front_paw", "right_front_paw",
    "left_back_paw", "right_back_paw",
    "throat", "withers", "tailbase",
)  # fmt: skip

_LEGS = ("left_front", "right_front", "left_back", "right_back")
_FORE_SHARES, _HIND_SHARES = (0.30, 0.36, 0.34), (0.34, 0.34, 0.32)
_TAIL_BONES = 7
FACING_RIGHT = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
_LEFT = np.array([0.0, 1.0, 0.0])
_UP = np.array([0.0, 0.0, 1.0])


@dataclasses.dataclass(frozen=True)
class Animal:
    """An animal in the world.

    Attributes:
        species: Its proportions.
        body: Its solids; their parts are named as for horses, without knees:
            "lfuleg", "lflleg" and "lffoot" are the left fore leg.
        keypoints: For each name its world point [3], and the depth of flesh in
            front of it through which one would still annotate it.
        axes: [3, 3], world directions of forward, left and up.
    """

    species: species_lib.Species
    body: tuple[solids.Solid, ...]
    keypoints: dict[str, tuple[np.ndarray, float]]
    axes: np.ndarray


def build(
    species: species_lib.Species, pose: poses.Pose, yaw: float
) -> Animal:
    """Returns the animal.

    Args:
        species: Its proportions.
        pose: Its angles.
        yaw: Degrees by which it turns from facing right in the photo, towards
            the viewer: 90 faces the viewer, 180 faces left.
    """
    body, keypoints = [], {}
    for build_piece in _build_trunk, _build_legs, _build_head, _build_tail:
        more_body, more_keypoints = build_piece(species, pose)
        body += more_body
        keypoints |= more_keypoints
    axes = _axes(yaw)
    return Animal(
        species,
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


def _direction(angle, turn=0.0):
    """Returns the unit vector at degrees above the horizon, and to the left."""
    angle, turn = np.radians(angle), np.radians(turn)
    flat = np.cos(angle)
    return np.array(
        [flat * np.cos(turn), flat * np.sin(turn), np.sin(angle)]
    )


def _trunk_axes(pose):
    forward = _direction(pose.pitch)
    return np.stack([forward, _LEFT, np.cross(forward, _LEFT)])


def _cone(part, start, end, radii, **looks):
    return solids.Solid(part, start, end, tuple(radii), **looks)


def _ball(part, centre, axes, radii, **looks):
    return solids.Solid(part, centre, None, tuple(radii), axes, **looks)


def _build_trunk(species, pose):
    axes = _trunk_axes(pose)
    looks = {"fluff": species.fluff}
    rows = ((0.31, 0.38, species.chest), (-0.03, 0.56, species.belly),
            (-0.36, 0.36, species.rump))  # fmt: skip
    body = [
        _ball("torso", at * axes[0], axes,
              (length, radius * species.flatness, radius), **looks)
        for at, length, radius in rows
    ]  # fmt: skip
    withers = 0.36 * axes[0] + 0.97 * species.chest * axes[2]
    tailbase = -0.62 * axes[0] + 0.55 * species.rump * axes[2]
    flesh = 0.35 * species.chest
    return body, {"withers": (withers, flesh), "tailbase": (tailbase, flesh)}


def _build_legs(species, pose):
    body, keypoints = [], {}
    for leg, bones in zip(_LEGS, pose.legs, strict=True):
        joints = _leg_joints(species, pose, leg, bones)
        body += _leg_solids(species, leg, joints, bones)
        flesh = 1.9 * species.leg_radius
        for name, joint in zip(("elbow", "knee", "paw"), joints[1:],
                               strict=True):  # fmt: skip
            keypoints[f"{leg}_{name}"] = (joint, flesh)
    return body, keypoints


def _leg_joints(species, pose, leg, bones):
    """Returns shoulder, elbow, knee and paw, or hip and so on."""
    axes = _trunk_axes(pose)
    front = leg.endswith("front")
    radius = species.chest if front else species.rump
    side = 1 if leg.startswith("left") else -1
    joint = (0.36 if front else -0.40) * axes[0] - 0.25 * radius * axes[2]
    joint = joint + side * 0.58 * radius * species.flatness * _LEFT
    joints = [joint]
    for share, bone in zip(
        _FORE_SHARES if front else _HIND_SHARES, bones, strict=True
    ):
        joint = joint + share * species.leg_length * _direction(bone - 90)
        joints.append(joint)
    return joints


def _leg_solids(species, leg, joints, bones):
    radius = species.leg_radius
    front = leg.endswith("front")
    code = leg[0] + ("f" if front else "b")
    looks = {"fluff": min(species.fluff, 1.5)}
    top = (1.5, 1.15) if front else (2.3, 1.25)
    # A shoulder counts as trunk, a thigh as leg, as annotators have it.
    pieces = [
        _cone("torso" if front else f"{code}uleg", *joints[:2],
              np.array(top) * radius, **looks),
        _cone(f"{code}uleg", *joints[1:3],
              np.array((1.15, 0.9)) * radius, **looks),
        _cone(f"{code}lleg", *joints[2:],
              np.array((0.88, 0.75)) * radius, **looks),
    ]  # fmt: skip
    return pieces + [_foot(species, code, joints, bones, looks)]


def _foot(species, code, joints, bones, looks):
    radius = species.leg_radius
    along = _direction(bones[2] - 90)
    if species.foot == "hoof":
        start = joints[3] - 0.5 * radius * along
        return _cone(f"{code}foot", start, joints[3] + 0.5 * radius * along,
                     (0.8 * radius, 1.05 * radius), tint="hoof",
                     fluff=0.3)  # fmt: skip
    toes = _direction(bones[2])
    centre = joints[3] + 0.6 * radius * toes
    axes = np.stack([toes, _LEFT, np.cross(toes, _LEFT)])
    return _ball(f"{code}foot", centre, axes,
                 np.array((1.7, 1.15, 0.9)) * radius, tint="foot",
                 **looks)  # fmt: skip


def _build_head(species, pose):
    trunk = _trunk_axes(pose)
    root = 0.44 * trunk[0] + 0.30 * species.chest * trunk[2]
    neck = _direction(pose.neck + 0.5 * pose.pitch, 0.5 * pose.turn)
    top = root + species.neck_length * neck
    forward = _direction(pose.head, pose.turn)
    left = _direction(0, pose.turn + 90)
    head = np.stack([forward, left, np.cross(forward, left)])
    centre = top + 0.35 * species.head_radius * forward
    body = [
        _cone("neck", root, top,
              np.array((1.4, 1.0)) * species.neck_radius,
              fluff=species.fluff)
    ]  # fmt: skip
    if species.name == "horse":
        body += _mane(species, root, neck)
    body += _skull(species, centre, head)
    throat = top - head[2] * 0.75 * species.head_radius - 0.1 * forward
    more_body, keypoints = _face(species, centre, head)
    keypoints["throat"] = (throat, 1.2 * species.neck_radius)
    return body + more_body, keypoints


def _mane(species, root, neck):
    upward = np.cross(neck, _LEFT)
    ends = [
        root + share * species.neck_length * neck
        + upward * species.neck_radius * (1.35 - 0.4 * share)
        for share in (0.05, 1.15)
    ]  # fmt: skip
    return [
        _cone("neck", *ends, (0.07, 0.07), tint="mane", fluff=2.0)
    ]  # fmt: skip


def _skull(species, centre, head):
    radius = species.head_radius
    looks = {"tint": "head", "fluff": min(species.fluff, 1.2)}
    start = centre + head.T @ np.array((0.30, 0, -0.15)) * radius
    tip = _nose(species, centre, head)
    whole = "muzzle" if species.name == "dog" else "head"
    width = max(species.muzzle_radius * 1.25, 0.72 * radius)
    if species.name in ("cat", "dog"):
        width = species.muzzle_radius * 1.25
    body = [
        _ball("head", centre, head, np.array((1.0, 0.92, 1.0)) * radius,
              **looks),
        _cone(whole, start, tip, (width, species.muzzle_radius), **looks),
    ]  # fmt: skip
    if species.name in ("cat", "dog"):
        end = tip + 0.75 * species.muzzle_radius * (head[0] + 0.5 * head[2])
        size = 0.42 * species.muzzle_radius
        return body + [
            _ball("nose", end, head, (size, size, size), tint="nose",
                  fluff=0.2)
        ]  # fmt: skip
    size = 1.12 * species.muzzle_radius
    return body + [
        _ball("muzzle", tip, head, (size, size, size), tint="muzzle",
              fluff=0.4)
    ]  # fmt: skip


def _nose(species, centre, head):
    """Returns the middle of the end of the muzzle."""
    reach = 0.55 * species.head_radius + species.muzzle_length
    return centre + reach * head[0] - 0.35 * species.head_radius * head[2]


def _face(species, centre, head):
    """Returns eyes, ears and horns, with the keypoints of the face."""
    body = []
    nose = _nose(species, centre, head) + species.muzzle_radius * head[0]
    keypoints = {"nose": (nose, 1.1 * species.muzzle_radius)}
    radius = species.head_radius
    spread = species.eye_spread
    for side, name in ((1, "left"), (-1, "right")):
        sides = np.array((1, side, 1))
        eye = np.array((0.85 - 0.45 * spread, 0.42 + 0.4 * spread, 0.32))
        eye = centre + sides * eye / np.linalg.norm(eye) @ head * radius * 0.95
        size = (0.21 if species.name == "cat" else 0.17) * radius
        body.append(_ball(name[0] + "eye", eye, head, (size,) * 3,
                          tint="eye", fluff=0.1))  # fmt: skip
        keypoints[f"{name}_eye"] = (eye, 0.3 * radius)
        ear = centre + sides * np.array((-0.25, 0.58, 0.68)) @ head * radius
        body += _ear(species, name[0] + "ear", ear, head, sides)
        keypoints[f"{name}_ear"] = (ear, 0.6 * radius)
        if species.horn_length:
            body += _horn(species, name[0] + "horn", centre, head, sides)
    return body, keypoints


def _ear(species, part, base, head, sides):
    length = species.ear_length
    shapes = {
        "pointed": ((0.0, 0.32, 0.9), 0.42, 0.05),
        "floppy": ((0.05, 0.42, -0.85), 0.26, 0.30),
        "sideways": ((-0.1, 0.95, -0.12), 0.28, 0.16),
    }
    way, thick, thin = shapes[species.ears]
    tip = base + sides * np.array(way) @ head * length
    return [_cone(part, base, tip, (thick * length, thin * length),
                  tint="ear", fluff=min(species.fluff, 1.0))]  # fmt: skip


def _horn(species, part, centre, head, sides):
    radius, length = species.head_radius, species.horn_length
    point = centre + sides * np.array((-0.2, 0.4, 0.85)) @ head * radius
    ways = [(0, 0.9, 0.3), (0.2, 0.5, 0.8)]
    if species.name == "sheep":  # Rolled beside the head.
        ways = [(-0.7, 0.6, 0.3), (-0.5, 0.5, -0.8), (0.8, 0.2, -0.5)]
    body, thick = [], 0.3 * radius
    for way in ways:
        end = point + sides * np.array(way) @ head * length / len(ways) * 1.2
        body.append(_cone(part, point, end, (thick, thick * 0.7),
                          tint="horn", fluff=0.2))  # fmt: skip
        point, thick = end, thick * 0.7
    return body


def _build_tail(species, pose):
    trunk = _trunk_axes(pose)
    point = -0.60 * trunk[0] + 0.50 * species.rump * trunk[2]
    shares = np.linspace(0, 1, _TAIL_BONES + 1)
    radii = np.interp(shares, (0, 0.5, 1), species.tail_radii)
    body = []
    for bone in range(_TAIL_BONES):
        angle = pose.tail + pose.curl * shares[bone]
        way = _direction(angle, pose.swing * shares[bone + 1]) * (-1, 1, 1)
        end = point + species.tail_length / _TAIL_BONES * way
        body.append(_cone("tail", point, end, radii[bone : bone + 2],
                          tint="mane" if species.name == "horse" else "fur",
                          fluff=min(species.fluff * 1.2, 2.5)))  # fmt: skip
        point = end
    return body, {}

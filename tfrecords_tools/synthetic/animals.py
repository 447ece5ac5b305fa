"""Animals: builds solids and keypoints of a species in a pose.

The middle of the trunk is at the origin. Parts are named as for horses, without
knees: "lfuleg", "lflleg" and "lffoot" are the left fore leg.
"""

import numpy as np

from tfrecords_tools.synthetic import figures
from tfrecords_tools.synthetic import heads
from tfrecords_tools.synthetic import poses
from tfrecords_tools.synthetic import solids
from tfrecords_tools.synthetic import species as species_lib

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
_FORE_FRACTIONS, _HIND_FRACTIONS = (0.30, 0.36, 0.34), (0.34, 0.34, 0.32)
_TAIL_BONES = 7


def build(
    species: species_lib.Species, pose: poses.Pose, yaw: float
) -> figures.Figure:
    """Returns the animal.

    Args:
        species: Its proportions.
        pose: Its angles.
        yaw: See `figures.turned`.
    """
    body, keypoints = [], {}
    for build_piece in (
        _build_trunk,
        _build_legs,
        heads.build,
        _build_tail,
    ):
        more_body, more_keypoints = build_piece(species, pose)
        body += more_body
        keypoints |= more_keypoints
    return figures.turned(body, keypoints, yaw)


def _build_trunk(species, pose):
    axes = poses.trunk_axes(pose)
    looks = {"fluff": species.fluff}
    rows = (
        (0.31, 0.38, species.chest),
        (-0.03, 0.56, species.belly),
        (-0.36, 0.36, species.rump),
    )
    body = [
        solids.ball(
            "torso",
            at * axes[0],
            axes,
            (length, radius * species.flatness, radius),
            **looks,
        )
        for at, length, radius in rows
    ]
    withers = 0.36 * axes[0] + 0.97 * species.chest * axes[2]
    tailbase = -0.62 * axes[0] + 0.55 * species.rump * axes[2]
    flesh = 0.5 * species.chest
    return body, {"withers": (withers, flesh), "tailbase": (tailbase, flesh)}


def _build_legs(species, pose):
    body, keypoints = [], {}
    for leg, bones in zip(_LEGS, pose.legs, strict=True):
        joints = _leg_joints(species, pose, leg, bones)
        body += _leg_solids(species, leg, joints, bones)
        flesh = 2.6 * species.leg_radius
        for name, joint in zip(
            ("elbow", "knee", "paw"), joints[1:], strict=True
        ):
            keypoints[f"{leg}_{name}"] = (joint, flesh)
    return body, keypoints


def _leg_joints(species, pose, leg, bones):
    """Returns shoulder (or hip), elbow, knee and paw."""
    axes = poses.trunk_axes(pose)
    front = leg.endswith("front")
    radius = species.chest if front else species.rump
    side = 1 if leg.startswith("left") else -1
    joint = (0.36 if front else -0.40) * axes[0] - 0.25 * radius * axes[2]
    joint = joint + side * 0.58 * radius * species.flatness * poses.LEFT
    joints = [joint]
    for ratio, bone in zip(
        _FORE_FRACTIONS if front else _HIND_FRACTIONS, bones, strict=True
    ):
        joint = joint + ratio * species.leg_length * poses.direction(bone - 90)
        joints.append(joint)
    return joints


def _leg_solids(species, leg, joints, bones):
    radius = species.leg_radius
    front = leg.endswith("front")
    code = leg[0] + ("f" if front else "b")
    looks = {"fluff": min(species.fluff, 1.5)}
    top = (1.5, 1.15) if front else (2.3, 1.25)
    # As in real annotations, the shoulder is trunk and the thigh is leg.
    pieces = [
        solids.cone(
            "torso" if front else f"{code}uleg",
            *joints[:2],
            np.array(top) * radius,
            **looks,
        ),
        solids.cone(
            f"{code}uleg", *joints[1:3], np.array((1.15, 0.9)) * radius, **looks
        ),
        solids.cone(
            f"{code}lleg", *joints[2:], np.array((0.88, 0.75)) * radius, **looks
        ),
    ]
    return pieces + [_foot(species, code, joints, bones, looks)]


def _foot(species, code, joints, bones, looks):
    radius = species.leg_radius
    along = poses.direction(bones[2] - 90)
    if species.foot == "hoof":
        start = joints[3] - 0.5 * radius * along
        return solids.cone(
            f"{code}foot",
            start,
            joints[3] + 0.5 * radius * along,
            (0.8 * radius, 1.05 * radius),
            tint="hoof",
            fluff=0.3,
        )
    toes = poses.direction(bones[2])
    center = joints[3] + 0.6 * radius * toes
    axes = np.stack([toes, poses.LEFT, np.cross(toes, poses.LEFT)])
    return solids.ball(
        f"{code}foot",
        center,
        axes,
        np.array((1.7, 1.15, 0.9)) * radius,
        tint="foot",
        **looks,
    )


def _build_tail(species, pose):
    trunk = poses.trunk_axes(pose)
    point = -0.60 * trunk[0] + 0.50 * species.rump * trunk[2]
    ratios = np.linspace(0, 1, _TAIL_BONES + 1)
    radii = np.interp(ratios, (0, 0.5, 1), species.tail_radii)
    body = []
    for bone in range(_TAIL_BONES):
        angle = pose.tail + pose.curl * ratios[bone]
        way = poses.direction(angle, pose.swing * ratios[bone + 1]) * (-1, 1, 1)
        end = point + species.tail_length / _TAIL_BONES * way
        body.append(
            solids.cone(
                "tail",
                point,
                end,
                radii[bone : bone + 2],
                tint="mane" if species.name == "horse" else "fur",
                fluff=min(species.fluff * 1.2, 2.5),
            )
        )
        point = end
    return body, {}

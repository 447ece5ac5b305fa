"""Heads and necks of animals, in their axes (forward, left, up)."""

import numpy as np

from tfrecords_tools.synthetic import poses
from tfrecords_tools.synthetic import solids
from tfrecords_tools.synthetic import species as species_lib


def build(
    species: species_lib.Species, pose: poses.Pose
) -> tuple[list[solids.Solid], dict[str, tuple[np.ndarray, float]]]:
    """Returns solids and keypoints, as in `figures.Figure`."""
    trunk = poses.trunk_axes(pose)
    root = 0.44 * trunk[0] + 0.30 * species.chest * trunk[2]
    neck = poses.direction(pose.neck + 0.5 * pose.pitch, 0.5 * pose.turn)
    top = root + species.neck_length * neck
    forward = poses.direction(pose.head, pose.turn)
    left = poses.direction(0, pose.turn + 90)
    head = np.stack([forward, left, np.cross(forward, left)])
    center = top + 0.35 * species.head_radius * forward
    body = [
        solids.cone(
            "neck",
            root,
            top,
            np.array((1.6, 1.0)) * species.neck_radius,
            fluff=species.fluff,
        )
    ]
    if species.name == "horse":
        body += _mane(species, root, neck)
    body += _skull(species, center, head)
    throat = top - head[2] * 0.75 * species.head_radius - 0.1 * forward
    more_body, keypoints = _face(species, center, head)
    keypoints["throat"] = (throat, 1.2 * species.neck_radius)
    return body + more_body, keypoints


def _mane(species, root, neck):
    upward = np.cross(neck, poses.LEFT)
    ends = [
        root
        + fraction * species.neck_length * neck
        + upward * species.neck_radius * (1.55 - 0.6 * fraction)
        for fraction in (0.05, 1.15)
    ]
    return [solids.cone("neck", *ends, (0.07, 0.07), tint="mane", fluff=2.0)]


def _skull(species, center, head):
    radius = species.head_radius
    looks = {"tint": "head", "fluff": min(species.fluff, 1.2)}
    start = center + head.T @ np.array((0.30, 0, -0.15)) * radius
    tip = _nose(species, center, head)
    bridge = "muzzle" if species.name == "dog" else "head"
    width = max(species.muzzle_radius * 1.25, 0.72 * radius)
    if species.name in ("cat", "dog"):
        width = species.muzzle_radius * 1.25
    body = [
        solids.ball(
            "head", center, head, np.array((1.0, 0.92, 1.0)) * radius, **looks
        ),
        solids.cone(
            bridge, start, tip, (width, species.muzzle_radius), **looks
        ),
    ]
    if species.name in ("cat", "dog"):
        end = tip + 0.75 * species.muzzle_radius * (head[0] + 0.5 * head[2])
        size = 0.42 * species.muzzle_radius
        return body + [
            solids.ball(
                "nose", end, head, (size, size, size), tint="nose", fluff=0.2
            )
        ]
    size = 1.12 * species.muzzle_radius
    return body + [
        solids.ball(
            "muzzle", tip, head, (size, size, size), tint="muzzle", fluff=0.4
        )
    ]


def _nose(species, center, head):
    """Returns the center of the end of the muzzle."""
    reach = 0.55 * species.head_radius + species.muzzle_length
    return center + reach * head[0] - 0.35 * species.head_radius * head[2]


def _face(species, center, head):
    """Returns eyes, ears and horns, with the keypoints of the face."""
    body = []
    nose = _nose(species, center, head) + species.muzzle_radius * head[0]
    keypoints = {"nose": (nose, 1.1 * species.muzzle_radius)}
    radius = species.head_radius
    spread = species.eye_spread
    for side, name in ((1, "left"), (-1, "right")):
        sides = np.array((1, side, 1))
        eye = np.array((0.85 - 0.45 * spread, 0.42 + 0.4 * spread, 0.32))
        eye = center + sides * eye / np.linalg.norm(eye) @ head * radius * 0.95
        size = (0.21 if species.name == "cat" else 0.17) * radius
        body.append(
            solids.ball(
                name[0] + "eye", eye, head, (size,) * 3, tint="eye", fluff=0.1
            )
        )
        keypoints[f"{name}_eye"] = (eye, 0.3 * radius)
        ear = center + sides * np.array((-0.25, 0.58, 0.68)) @ head * radius
        body += _ear(species, name[0] + "ear", ear, head, sides)
        keypoints[f"{name}_ear"] = (ear, 0.6 * radius)
        if species.horn_length:
            body += _horn(species, name[0] + "horn", center, head, sides)
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
    return [
        solids.cone(
            part,
            base,
            tip,
            (thick * length, thin * length),
            tint="ear",
            fluff=min(species.fluff, 1.0),
        )
    ]


def _horn(species, part, center, head, sides):
    radius, length = species.head_radius, species.horn_length
    point = center + sides * np.array((-0.2, 0.4, 0.85)) @ head * radius
    ways = [(0, 0.9, 0.3), (0.2, 0.5, 0.8)]
    if species.name == "sheep":  # Rolled beside the head.
        ways = [(-0.7, 0.6, 0.3), (-0.5, 0.5, -0.8), (0.8, 0.2, -0.5)]
    body, thick = [], 0.3 * radius
    for way in ways:
        end = point + sides * np.array(way) @ head * length / len(ways) * 1.2
        body.append(
            solids.cone(
                part, point, end, (thick, thick * 0.7), tint="horn", fluff=0.2
            )
        )
        point, thick = end, thick * 0.7
    return body

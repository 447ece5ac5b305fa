"""Proportions of the five animals, and their individual variation.

Lengths are in units of the trunk length, from the shoulders to the hips.
"""

import dataclasses

import numpy as np

from tfrecords_tools.synthetic import difficulty


@dataclasses.dataclass(frozen=True)
class Species:
    """Proportions of an animal.

    Attributes:
        name: VOC's name of the class.
        chest: Radius of the trunk at the shoulders.
        belly: Radius of the trunk in the middle.
        rump: Radius of the trunk at the hips.
        flatness: Width of the trunk over its height.
        leg_length: From the shoulder joint to the ground.
        leg_radius: Radius of the fore leg at the elbow.
        neck_length: From the shoulders to the skull.
        neck_radius: Radius of the neck at the skull.
        neck_angle: Degrees above the horizon, when standing.
        head_radius: Radius of the skull.
        head_angle: Degrees of the muzzle above the horizon, when standing.
        muzzle_length: From the skull to the nose.
        muzzle_radius: Radius of the muzzle at the nose.
        eye_spread: How far the eyes are to the sides, from 0.3 (cat) up.
        ears: "pointed", "floppy" or "sideways".
        ear_length: Length of each ear.
        horn_length: Length of each horn, 0 for none.
        tail_length: From the base to the tip.
        tail_radii: At the base, in the middle and at the tip.
        tail_angle: Degrees of the base above the horizon.
        tail_curl: Degrees from the base to the tip, up.
        foot: "paw" or "hoof".
        fluff: How much the outline frays; 1 is short fur.
        poses: Poses of the species; frequent ones are repeated.
    """

    name: str
    chest: float
    belly: float
    rump: float
    flatness: float
    leg_length: float
    leg_radius: float
    neck_length: float
    neck_radius: float
    neck_angle: float
    head_radius: float
    head_angle: float
    muzzle_length: float
    muzzle_radius: float
    eye_spread: float
    ears: str
    ear_length: float
    horn_length: float
    tail_length: float
    tail_radii: tuple[float, float, float]
    tail_angle: float
    tail_curl: float
    foot: str
    fluff: float
    poses: tuple[str, ...]


CAT = Species(
    name="cat",
    chest=0.24,
    belly=0.23,
    rump=0.25,
    flatness=0.85,
    leg_length=0.66,
    leg_radius=0.106,
    neck_length=0.20,
    neck_radius=0.15,
    neck_angle=45,
    head_radius=0.278,
    head_angle=-8,
    muzzle_length=0.06,
    muzzle_radius=0.104,
    eye_spread=0.3,
    ears="pointed",
    ear_length=0.19,
    horn_length=0,
    tail_length=1.0,
    tail_radii=(0.124, 0.131, 0.109),
    tail_angle=10,
    tail_curl=50,
    foot="paw",
    fluff=0.8,
    poses=("stand", "walk", "walk", "run", "sit", "sit", "lie"),
)

DOG = Species(
    name="dog",
    chest=0.29,
    belly=0.235,
    rump=0.25,
    flatness=0.8,
    leg_length=0.82,
    leg_radius=0.111,
    neck_length=0.34,
    neck_radius=0.15,
    neck_angle=48,
    head_radius=0.259,
    head_angle=-8,
    muzzle_length=0.22,
    muzzle_radius=0.0972,
    eye_spread=0.45,
    ears="floppy",
    ear_length=0.26,
    horn_length=0,
    tail_length=0.7,
    tail_radii=(0.124, 0.16, 0.0946),
    tail_angle=35,
    tail_curl=45,
    foot="paw",
    fluff=0.85,
    poses=("stand", "walk", "run", "sit", "sit", "lie", "graze"),
)

HORSE = Species(
    name="horse",
    chest=0.28,
    belly=0.27,
    rump=0.28,
    flatness=0.8,
    leg_length=1.06,
    leg_radius=0.106,
    neck_length=0.58,
    neck_radius=0.13,
    neck_angle=48,
    head_radius=0.2,
    head_angle=-45,
    muzzle_length=0.38,
    muzzle_radius=0.1,
    eye_spread=0.85,
    ears="pointed",
    ear_length=0.15,
    horn_length=0,
    tail_length=0.85,
    tail_radii=(0.116, 0.204, 0.116),
    tail_angle=-35,
    tail_curl=-45,
    foot="hoof",
    fluff=0.5,
    poses=("stand", "stand", "walk", "run", "run", "graze", "graze"),
)

COW = Species(
    name="cow",
    chest=0.32,
    belly=0.35,
    rump=0.31,
    flatness=0.8,
    leg_length=0.80,
    leg_radius=0.106,
    neck_length=0.42,
    neck_radius=0.155,
    neck_angle=22,
    head_radius=0.246,
    head_angle=-38,
    muzzle_length=0.30,
    muzzle_radius=0.134,
    eye_spread=0.8,
    ears="sideways",
    ear_length=0.22,
    horn_length=0.32,
    tail_length=0.85,
    tail_radii=(0.102, 0.0874, 0.16),
    tail_angle=-55,
    tail_curl=-30,
    foot="hoof",
    fluff=0.5,
    poses=("stand", "stand", "stand", "walk", "walk", "lie", "graze", "graze"),
)

SHEEP = Species(
    name="sheep",
    chest=0.34,
    belly=0.37,
    rump=0.36,
    flatness=0.9,
    leg_length=0.68,
    leg_radius=0.0845,
    neck_length=0.42,
    neck_radius=0.14,
    neck_angle=35,
    head_radius=0.219,
    head_angle=-30,
    muzzle_length=0.20,
    muzzle_radius=0.0918,
    eye_spread=0.8,
    ears="sideways",
    ear_length=0.20,
    horn_length=0.42,
    tail_length=0.48,
    tail_radii=(0.146, 0.183, 0.146),
    tail_angle=-55,
    tail_curl=-20,
    foot="hoof",
    fluff=1.3,
    poses=("stand", "stand", "stand", "walk", "walk", "lie", "graze", "graze"),
)

ALL = (CAT, COW, DOG, HORSE, SHEEP)


def individual(rng: np.random.Generator, species: Species) -> Species:
    """Returns a random individual; keypoints do not reveal its proportions."""

    def factor(spread):
        return float(np.exp(np.clip(rng.normal(), -2, 2) * spread))

    girth = factor(difficulty.GIRTH_SPREAD)
    head = factor(difficulty.HEAD_SPREAD)
    tail = factor(difficulty.TAIL_THICKNESS_SPREAD)
    ears, horns = species.ears, species.horn_length
    if species.name == "dog" and rng.random() < 0.45:
        ears = "pointed"
    if rng.random() < {"cow": 0.3, "sheep": 0.65}.get(species.name, 0):
        horns = 0
    return dataclasses.replace(
        species,
        chest=species.chest * girth * factor(0.06),
        belly=species.belly * girth * factor(0.12),
        rump=species.rump * girth * factor(0.06),
        leg_length=species.leg_length * factor(0.12),
        leg_radius=species.leg_radius * factor(difficulty.LEG_SPREAD),
        neck_length=species.neck_length * factor(0.12),
        neck_radius=species.neck_radius * factor(difficulty.NECK_SPREAD),
        head_radius=species.head_radius * head,
        muzzle_length=species.muzzle_length * head * factor(0.12),
        muzzle_radius=species.muzzle_radius * head * factor(0.12),
        ears=ears,
        ear_length=species.ear_length * factor(difficulty.EAR_SPREAD),
        horn_length=horns * factor(0.25),
        tail_length=species.tail_length * factor(difficulty.TAIL_LENGTH_SPREAD),
        tail_radii=tuple(r * tail * factor(0.1) for r in species.tail_radii),
        fluff=species.fluff * factor(0.35),
    )

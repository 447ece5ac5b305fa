"""Fur: the colors, patterns, hair and shading of rendered solids.

Colors are RGB in [0, 255], float32.
"""

from collections.abc import Sequence
import dataclasses

import numpy as np

from tfrecords_tools.synthetic import canvas
from tfrecords_tools.synthetic import difficulty
from tfrecords_tools.synthetic import solids

# Coats of each species: the main color, and the color of the pattern.
_COATS = {
    "cat": (
        ((120, 112, 104), (62, 56, 52)), ((205, 135, 70), (160, 90, 40)),
        ((48, 46, 48), (30, 28, 30)), ((228, 222, 212), (215, 205, 190)),
        ((160, 130, 98), (84, 64, 46)), ((226, 220, 210), (52, 48, 48)),
    ),
    "dog": (
        ((205, 165, 105), (225, 195, 145)), ((118, 76, 44), (90, 56, 32)),
        ((52, 48, 46), (34, 30, 30)), ((230, 224, 212), (128, 84, 50)),
        ((150, 104, 62), (50, 42, 38)), ((130, 126, 122), (90, 86, 84)),
    ),
    "horse": (
        ((124, 72, 40), (100, 56, 30)), ((156, 92, 48), (140, 80, 40)),
        ((50, 44, 42), (36, 32, 32)), ((190, 186, 182), (150, 146, 142)),
        ((214, 178, 120), (200, 160, 100)), ((226, 220, 210), (120, 74, 44)),
    ),
    "cow": (
        ((232, 226, 218), (44, 40, 40)), ((226, 218, 206), (136, 82, 46)),
        ((146, 90, 50), (120, 70, 38)), ((220, 196, 156), (205, 176, 132)),
        ((58, 50, 46), (40, 36, 34)), ((168, 116, 72), (140, 92, 56)),
    ),
    "sheep": (
        ((226, 218, 200), (206, 196, 176)), ((204, 190, 162), (184, 168, 140)),
        ((150, 140, 128), (128, 118, 108)), ((74, 64, 58), (58, 50, 46)),
        ((236, 232, 222), (216, 210, 198)),
    ),
}  # fmt: skip
_PATTERNS = {
    "cat": ("plain", "stripes", "stripes", "patches"),
    "dog": ("plain", "plain", "patches", "mottle"),
    "horse": ("plain", "plain", "mottle", "patches"),
    "cow": ("patches", "patches", "plain", "mottle"),
    "sheep": ("plain", "mottle"),
}
_DARK = np.array((38, 33, 32), np.float32)
_PALE = np.array((205, 150, 135), np.float32)


@dataclasses.dataclass(frozen=True)
class Fur:
    """The fur of an animal.

    Attributes:
        tints: Color [3] of each tint of a solid; "fur" is the coat.
        second: Color [3] of the pattern.
        belly: Color [3] of surfaces that face the ground.
        pattern: "plain", "stripes", "patches" or "mottle".
        blobs: [N, 4], center in the body and radius of each patch.
        frequency: Angular frequency of stripes per unit of the body.
        hair: Relative deviation of single hairs from the color.
    """

    tints: dict[str, np.ndarray]
    second: np.ndarray
    belly: np.ndarray
    pattern: str
    blobs: np.ndarray
    frequency: float
    hair: float


def draw(rng: np.random.Generator, species_name: str) -> Fur:
    """Returns a random fur of a species."""
    coats = _COATS[species_name]
    base, second = np.array(coats[rng.integers(len(coats))], np.float32)
    base = np.clip(base * rng.uniform(0.85, 1.1) + rng.normal(0, 8, 3), 20, 245)
    patterns = _PATTERNS[species_name]
    if np.abs(base - second).max() > 90:  # Show both colors.
        patterns = ("patches",)
    return Fur(
        tints=_tints(rng, base.astype(np.float32), second),
        second=second,
        belly=(0.6 * base + 0.4 * rng.uniform(150, 235)).astype(np.float32),
        pattern=patterns[rng.integers(len(patterns))],
        blobs=np.column_stack(
            [rng.uniform((-1, -0.35, -0.8), (1.1, 0.35, 0.7), (9, 3)),
             rng.uniform(0.10, 0.34, 9)]),
        frequency=rng.uniform(28, 48),
        hair=rng.uniform(0.05, 0.11),
    )  # fmt: skip


def _tints(rng, base, second):
    head = base
    if rng.random() < difficulty.TINTED_HEAD_FRACTION:
        head = second if rng.random() < 0.5 else 0.45 * base + 0.55 * _DARK
    pale = rng.random() < 0.5
    dark = 0.45 * base + 0.55 * _DARK
    return {
        "fur": base,
        "head": head,
        "ear": head if rng.random() < 0.6 else 0.8 * head + 0.2 * _PALE,
        "foot": base if rng.random() < 0.7 else 0.5 * base + 110,
        "mane": base if rng.random() < 0.5 else dark,
        "muzzle": 0.5 * head + 0.5 * _PALE if pale else 0.5 * head + 0.5 * dark,
        "nose": _DARK if rng.random() < 0.7 else _PALE,
        "eye": np.array((26, 22, 18), np.float32),
        "hoof": _DARK,
        "horn": np.array((196, 182, 150), np.float32),
    }


def paint(
    rng: np.random.Generator,
    fur: Fur,
    body: Sequence[solids.Solid],
    surface: solids.Surface,
    camera: solids.Camera,
    axes: np.ndarray,
) -> np.ndarray:
    """Returns the float32 [H, W, 3] colors of `surface`, 0 where empty.

    Args:
        rng: Source of randomness.
        fur: The fur of the solids.
        body: The solids that were rendered.
        surface: Their visible surface.
        camera: The camera.
        axes: [3, 3], world directions of the body's forward, left and up.
    """
    size = surface.index.shape
    rgb = np.zeros((*size, 3), np.float32)
    rows, columns = np.nonzero(surface.index != solids.EMPTY)
    if not len(rows):
        return rgb
    index = surface.index[rows, columns]
    table = np.stack([fur.tints[solid.tint] for solid in body])
    coat = np.array([s.tint in ("fur", "head", "ear", "foot") for s in body])
    colors = table.astype(np.float32)[index]
    seen = np.column_stack([columns, rows, surface.depth[rows, columns]])
    place = (camera.unproject(seen) @ axes.T).astype(np.float32)
    cloud = canvas.noise(rng, size, 5 + 0.06 * camera.scale)[rows, columns]
    weight = _pattern(fur, place, cloud)[:, None] * coat[index, None]
    colors += weight * (fur.second - colors)
    normal = surface.normal[rows, columns]
    up = normal @ (camera.rotation @ axes[2]).astype(np.float32)
    under = np.clip(-up - 0.05, 0, 1)[:, None] * coat[index, None]
    colors += 0.8 * under * (fur.belly - colors)
    hairs = canvas.noise(rng, size, (2.5, 1.2))[rows, columns]
    colors *= (1 + fur.hair * hairs + 0.05 * cloud)[:, None]
    shade = _shading(rng, surface, camera)[rows, columns]
    rgb[rows, columns] = colors * shade[:, None]
    return rgb


def _pattern(fur, place, cloud):
    """Returns the weight [N] of the pattern's color at body points [N, 3]."""
    if fur.pattern == "stripes":
        wave = np.sin(place[:, 0] * fur.frequency + 1.2 * cloud)
        return 0.8 * (wave > 0.1)
    if fur.pattern == "mottle":
        return 0.7 * (cloud > 0.6)
    if fur.pattern == "patches":
        weight = np.zeros(len(place), np.float32)
        for x, y, z, radius in fur.blobs.astype(np.float32):
            far = (
                np.square(place - (x, y, z)).sum(1)
                > (radius * (1 + 0.25 * cloud)) ** 2
            )
            weight = np.where(far, weight, 1)
        return weight
    return np.zeros(len(place), np.float32)


def _shading(rng, surface, camera):
    """Returns the brightness [H, W] of the surface, around 1."""
    light = np.array((rng.uniform(-0.7, 0.7), -0.75, 0.6), np.float32)
    light /= np.linalg.norm(light)
    seen = surface.index != solids.EMPTY
    bright = np.where(seen, np.maximum(surface.normal @ light, 0), 0)
    sigma = max(difficulty.SEAM_SOFTNESS * camera.scale * 1.5, 0.5)
    # Normalized by the blurred mask, so that outlines do not darken.
    weight = canvas.blur(seen.astype(np.float32), sigma)
    soft = canvas.blur(bright.astype(np.float32), sigma)
    soft = soft / np.maximum(weight, 1e-3)
    nearness = np.where(seen, surface.depth, 0) / camera.scale
    return 0.55 + 0.5 * soft + 0.22 * np.clip(nearness, -0.8, 0.4)

"""Backgrounds, and things in front of or behind the animals.

Sizes are (height, width), points (x, y) in pixels with the origin at the center
of the top-left pixel, images float32 [H, W, 3] RGB in [0, 255].
"""

import numpy as np

from tfrecords_tools.synthetic import canvas

_SKIES = ((150, 185, 225), (200, 210, 220), (120, 150, 200), (225, 215, 200))
_GROUNDS = ((96, 128, 62), (128, 140, 80), (160, 140, 104), (176, 168, 150),
            (112, 98, 74), (70, 96, 58))  # fmt: skip
_WALLS = ((200, 190, 172), (158, 172, 178), (188, 152, 132), (120, 132, 140),
          (214, 206, 196))  # fmt: skip
_FLOORS = ((150, 106, 70), (120, 90, 72), (172, 162, 152), (92, 100, 128),
           (140, 60, 56))  # fmt: skip
_THINGS = ((90, 66, 46), (66, 92, 52), (124, 120, 116), (96, 110, 140),
           (150, 62, 54), (206, 196, 180))  # fmt: skip


def draw(
    rng: np.random.Generator, size: tuple[int, int], horizon: float
) -> np.ndarray:
    """Returns an outdoor or indoor background.

    Args:
        rng: Source of randomness.
        size: (height, width).
        horizon: Height in pixels at which the ground meets sky or wall.
    """
    if rng.random() < 0.7:
        far, near = _pick(rng, _SKIES), _pick(rng, _GROUNDS)
    else:
        far, near = _pick(rng, _WALLS), _pick(rng, _FLOORS)
    y = np.arange(size[0], dtype=np.float32)[:, None]
    edge = horizon + 4 * canvas.noise(rng, (1, size[1]), (1, 40))
    image = np.where((y < edge)[..., None], far, near).astype(np.float32)
    image *= (1 + 0.12 * (y / size[0] - 0.5))[..., None]
    for _ in range(rng.integers(1, 6)):
        image = _stand_behind(rng, image, horizon)
    ground = y >= edge
    rough = 0.03 * canvas.noise(rng, size, 40)
    rough += ground * 0.11 * canvas.noise(rng, size, (1.5, 2.5))
    rough += ground * 0.06 * canvas.noise(rng, size, (4, 9))
    return image * (1 + rough)[..., None]


def occluder(
    rng: np.random.Generator, size: tuple[int, int], box: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns something in front of an animal.

    Args:
        rng: Source of randomness.
        size: (height, width).
        box: (xmin, ymin, xmax, ymax) of the animal, in pixels.

    Returns:
        Its bool [H, W] mask and its colors, float32 [H, W, 3].
    """
    kind = ("bush", "grass", "rock", "fence", "post")[rng.integers(5)]
    mask = _OCCLUDERS[kind](rng, size, np.asarray(box, float))
    green = kind in ("bush", "grass")
    color = _pick(rng, _GROUNDS[:2] + _GROUNDS[5:] if green else _THINGS)
    rough = 0.18 * canvas.noise(rng, size, 2) + 0.1 * canvas.noise(rng, size, 7)
    return mask, np.clip(1 + rough, 0.4, 1.6)[..., None] * color


def _pick(rng, colors):
    color = np.array(colors[rng.integers(len(colors))], np.float32)
    return np.clip(color + rng.normal(0, 10, 3), 15, 245).astype(np.float32)


def _stand_behind(rng, image, horizon):
    """Draws a tree, box, rock or fence into `image`, and returns it."""
    size = image.shape[:2]
    unit = size[0] * rng.uniform(0.08, 0.3)
    x, foot = rng.uniform(0, size[1]), horizon + rng.uniform(-0.05, 0.3) * unit
    kind = rng.integers(4)
    color = _pick(rng, _THINGS)
    if kind == 0:
        trunk = np.array([[x, foot], [x + rng.normal(0, 5), foot - 2 * unit]])
        image[canvas.stroke(size, trunk, 0.15 * unit)] = color * 0.6
        crown = canvas.ellipse(size, trunk[1], np.array((0.7, 0.8)) * unit)
        image[crown & (canvas.noise(rng, size, 6) > -0.8)] = _pick(
            rng, _GROUNDS
        )
    elif kind == 1:
        corners = np.array([[-0.7, 0], [0.7, 0], [0.7, -1], [-0.7, -1]])
        image[canvas.fill(size, corners * unit + (x, foot))] = color
    elif kind == 2:
        radii = np.array((rng.uniform(0.4, 1), rng.uniform(0.3, 0.6))) * unit
        image[canvas.ellipse(size, (x, foot), radii)] = color
    else:
        for rail in rng.uniform(0.2, 1, 2):
            height = foot - rail * unit
            ends = np.array([[0, height], [size[1], height + rng.normal(0, 4)]])
            image[canvas.stroke(size, ends, 0.1 * unit)] = color
    return image


def _bush(rng, size, box):
    center = rng.uniform(box[0], box[2]), box[3] + 0.02 * (box[3] - box[1])
    radii = np.array((0.25, 0.30)) * (box[2:] - box[:2]) * rng.uniform(0.7, 1.3)
    y, x = np.ogrid[: size[0], : size[1]]
    away = np.hypot((x - center[0]) / radii[0], (y - center[1]) / radii[1])
    return away < 1 + 0.22 * canvas.noise(rng, size, 6)


def _rock(rng, size, box):
    center = rng.uniform(box[0], box[2]), box[3]
    radii = np.array((0.2, 0.24)) * (box[2:] - box[:2]) * rng.uniform(0.7, 1.4)
    return canvas.ellipse(size, center, radii)


def _grass(rng, size, box):
    height = rng.uniform(0.10, 0.24) * (box[3] - box[1])
    y = np.arange(size[0])[:, None]
    blades = canvas.noise(rng, (1, size[1]), (1, 1.5))
    return y > box[3] - height * (0.6 + 0.5 * blades)


def _fence(rng, size, box):
    sides = box[2:] - box[:2]
    thick = rng.uniform(0.025, 0.05) * sides[1]
    mask = np.zeros(size, bool)
    for fraction in rng.uniform(0.35, 0.9, 2):
        height = box[1] + fraction * sides[1]
        ends = np.array([[-5, height], [size[1] + 5, height]])
        mask |= canvas.stroke(size, ends, thick)
    return mask | _post(rng, size, box)


def _post(rng, size, box):
    sides = box[2:] - box[:2]
    x = rng.uniform(box[0], box[2])
    ends = np.array([[x, box[3] + 8], [x, box[3] - sides[1] * 0.85]])
    return canvas.stroke(size, ends, rng.uniform(0.04, 0.09) * sides[0])


_OCCLUDERS = {
    "bush": _bush,
    "grass": _grass,
    "rock": _rock,
    "fence": _fence,
    "post": _post,
}

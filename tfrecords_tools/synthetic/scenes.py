"""Scenes: photos of animals and things, with the visible pixels of each.

Points are (x, y) in pixels with the origin at the center of the top-left pixel;
sizes are (height, width).
"""

from collections.abc import Sequence
import dataclasses

import numpy as np

from tfrecords_tools.synthetic import backgrounds
from tfrecords_tools.synthetic import canvas
from tfrecords_tools.synthetic import difficulty
from tfrecords_tools.synthetic import fur as fur_lib
from tfrecords_tools.synthetic import species as species_lib
from tfrecords_tools.synthetic import sprites

_MIN_PIXELS = 30  # Animals with fewer visible pixels are not annotated.
_MIN_FRACTION = 0.03  # Fraction of the photo that the first animal covers.


@dataclasses.dataclass(frozen=True)
class SceneObject:
    """An annotated object.

    Attributes:
        class_name: VOC's name of the class.
        mask: bool [H, W], its visible pixels.
        parts: Visible pixels of each part, bool [H, W], by its name in
            `figures.Figure.body`. They do not overlap.
        keypoints: float [20, 3], (x, y, v) in the order of
            `animals.KEYPOINTS`; v is 1, or 0 if not annotated.
    """

    class_name: str
    mask: np.ndarray
    parts: dict[str, np.ndarray]
    keypoints: np.ndarray


@dataclasses.dataclass(frozen=True)
class Scene:
    """A photo.

    Attributes:
        image: uint8 [H, W, 3], RGB.
        objects: The annotated objects, in VOC's order.
    """

    image: np.ndarray
    objects: tuple[SceneObject, ...]


def draw(rng: np.random.Generator, longest_side: int = 320) -> Scene:
    """Returns a random scene.

    Args:
        rng: Source of randomness.
        longest_side: Pixels; the longer side of a photo is 5/8 to 1 of it.
    """
    size = _draw_size(rng, longest_side)
    horizon = size[0] * rng.uniform(0.25, 0.6)
    main = _draw_main(rng, size, horizon)
    layers = _far_animal(rng, size, horizon) + _furniture(rng, size, horizon)
    behind, front = _company(rng, size, main)
    layers += [*behind, main, *front]
    image, owner = _compose(_background(rng, size, horizon, main), layers)
    if rng.random() < difficulty.OCCLUDER_FRACTION:
        mask, rgb = backgrounds.occluder(rng, size, main.box)
        image, owner = np.where(mask[..., None], rgb, image), owner.copy()
        owner[mask] = len(layers)
    objects = [
        _annotate(rng, layer, owner, place)
        for place, layer in enumerate(layers)
        if layer.class_name
    ]
    objects = [o for o in objects if o.mask.sum() >= _MIN_PIXELS]
    order = rng.permutation(len(objects))
    return Scene(_expose(rng, image), tuple(objects[i] for i in order))


def photo(
    rng: np.random.Generator,
    background: np.ndarray,
    layers: Sequence[sprites.Sprite],
) -> np.ndarray:
    """Returns uint8 [H, W, 3], RGB: a photo of sprites, the nearest last.

    Args:
        rng: Source of randomness.
        background: float32 [H, W, 3].
        layers: Sprites of that size.
    """
    return _expose(rng, _compose(background, layers)[0])


def _draw_size(rng, longest_side):
    long = round(longest_side * rng.uniform(0.625, 1))
    short = round(long * rng.choice((0.66, 0.75, 0.85)))
    return (short, long) if rng.random() < 0.75 else (long, short)


def _draw_main(rng, size, horizon):
    """Returns the main animal of the photo."""
    species = species_lib.ALL[rng.integers(len(species_lib.ALL))]
    fur = fur_lib.draw(rng, species.name)
    for _ in range(9):
        box = _draw_main_box(rng, size, horizon)
        sprite = sprites.draw_animal(rng, size, box, species, fur)
        if sprite.mask.mean() > _MIN_FRACTION:
            return sprite
    raise ValueError(f"No animal fits into a photo of size={size}")


def _draw_main_box(rng, size, horizon):
    """Returns (xmin, ymin, xmax, ymax) with its lower side on the ground."""
    width, height = np.array(size[::-1]) * rng.uniform(0.58, 0.9, 2)
    left = rng.uniform(0.05, 0.95) * (size[1] - width)
    highest = max(height, horizon + 0.1 * size[0])
    foot = rng.uniform(min(highest, 0.95 * size[0]), 0.97 * size[0])
    if rng.random() < difficulty.TRUNCATED_FRACTION:
        # Two thirds are cut off at a side, the others at the bottom.
        cut = rng.uniform(0.05, 0.35)
        if rng.random() < 0.67:
            left = rng.choice((-cut * width, size[1] - (1 - cut) * width))
        else:
            foot = size[0] + cut * height
    return np.array([left, foot - height, left + width, foot])


def _background(rng, size, horizon, main):
    """Returns a background that usually contrasts with the main animal."""
    least = 0 if rng.random() < difficulty.CAMOUFLAGE_FRACTION else 85
    xmin, ymin, xmax, ymax = main.box
    color = main.rgb[main.mask].mean(0)
    best, best_contrast = None, -1.0
    for _ in range(5):
        image = backgrounds.draw(rng, size, horizon)
        around = image[ymin : ymax + 1, xmin : xmax + 1]
        contrast = np.median(np.abs(around - color).max(-1))
        if contrast > best_contrast:
            best, best_contrast = image, contrast
        if contrast >= least:
            break
    return best


def _far_animal(rng, size, horizon):
    if rng.random() > difficulty.FAR_FRACTION:
        return []
    side = rng.uniform(14, 36)
    x = rng.uniform(0, size[1] - side)
    foot = horizon + rng.uniform(0.2, 1) * side
    box = np.array([x, foot - side, x + side, foot])
    species = species_lib.ALL[rng.integers(len(species_lib.ALL))]
    return [sprites.draw_animal(rng, size, box, species)]


def _furniture(rng, size, horizon):
    """Returns a chair, an annotated object without parts, or nothing."""
    if rng.random() > difficulty.CHAIR_FRACTION:
        return []
    unit = size[0] * rng.uniform(0.1, 0.18)
    foot = np.array((rng.uniform(0, size[1]), horizon + 0.7 * unit))
    shape = np.array(((-1, 0), (-1, -2.4), (-0.8, -2.4), (-0.8, -1.1),
                      (0.5, -1.1), (0.5, 0), (0.3, 0), (0.3, -0.9),
                      (-0.8, -0.9), (-0.8, 0)))  # fmt: skip
    mask = canvas.fill(size, foot + unit * shape)
    rgb = np.broadcast_to(rng.uniform(40, 200, 3), (*size, 3))
    labels = np.where(mask, 0, -1).astype(np.int16)
    return [sprites.Sprite(rgb, labels, ("thing",), "chair",
                           np.zeros((20, 3)), None)]  # fmt: skip


def _company(rng, size, main):
    """Returns sprites behind and in front of the main animal."""
    behind, front = [], []
    count = rng.choice(4, p=difficulty.LOOKALIKE_COUNTS)
    for _ in range(count):
        near = front if rng.random() < difficulty.LOOKALIKE_IN_FRONT else behind
        near.append(_lookalike(rng, size, main))
    chance = rng.random()
    overlap = chance < difficulty.OVERLAPPING_FRACTION
    if chance < difficulty.OVERLAPPING_FRACTION + difficulty.NEIGHBOR_FRACTION:
        near = front if rng.random() < 0.4 else behind
        near += _neighbor(rng, size, main, overlap)
    return behind, front


def _lookalike(rng, size, main):
    """Returns a thing with the animal's fur, beside it within its box."""
    xmin, ymin, xmax, ymax = main.box
    free = np.argwhere(~main.mask[ymin : ymax + 1, xmin : xmax + 1])
    row, column = free[rng.integers(len(free))] if len(free) else (0, 0)
    spot = np.array((xmin + column, ymin + row))
    length = rng.uniform(0.22, 0.42) * max(xmax - xmin, ymax - ymin)
    return sprites.draw_lookalike(rng, size, spot, length, main.fur)


def _neighbor(rng, size, main, overlap):
    """Returns an animal whose box touches, or overlaps, that of `main`."""
    same = rng.random() < difficulty.SAME_FUR_FRACTION
    others = [s for s in species_lib.ALL if s.name != main.class_name]
    species = others[rng.integers(len(others))]
    if same:
        species = next(s for s in species_lib.ALL if s.name == main.class_name)
    sides = (main.box[2:] - main.box[:2]) * rng.uniform(0.6, 1.0)
    middle = np.array(size[::-1]) / 2
    box = np.concatenate([middle - sides / 2, middle + sides / 2])
    sprite = sprites.draw_animal(
        rng, size, box, species, main.fur if same else None
    )
    if not sprite.mask.any():
        return []
    iou = rng.uniform(0.1, 0.4) if overlap else rng.uniform(0, 0.04)
    moved = sprites.moved(sprite, _step(rng, main.box, sprite.box, iou))
    return [moved] if moved.mask.sum() >= _MIN_PIXELS else []


def _step(rng, fixed, box, iou):
    """Returns (dx, dy) that gives `box` an IoU with `fixed` of about `iou`."""
    area = np.prod(fixed[2:] - fixed[:2]), np.prod(box[2:] - box[:2])
    shared = iou / (1 + iou) * sum(area)
    heights = fixed[3] - fixed[1], box[3] - box[1]
    common = min(heights) * rng.uniform(0.4, 1)
    wide = min(shared / common, 0.9 * (box[2] - box[0]))
    left = rng.random() < 0.5
    dx = fixed[0] + wide - box[2] if left else fixed[2] - wide - box[0]
    # Animals farther away stand higher in the photo.
    high = rng.random() < 0.7
    dy = fixed[1] + common - box[3] if high else fixed[3] - common - box[1]
    return round(dx), round(dy)


def _compose(
    image: np.ndarray, layers: Sequence[sprites.Sprite]
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the image, and int [H, W], the visible layer, or -1."""
    owner = np.full(image.shape[:2], -1)
    for place, layer in enumerate(layers):
        if not layer.mask.any():
            continue
        xmin, _, xmax, foot = layer.box
        radii = np.array((0.5 * (xmax - xmin + 2), 0.05 * (xmax - xmin) + 2))
        center = ((xmin + xmax) / 2, foot)
        dark = canvas.ellipse(image.shape[:2], center, radii)
        shadow = 1 - 0.35 * canvas.blur(dark.astype(np.float32), 2)
        image = np.where(layer.mask[..., None], layer.rgb,
                         image * shadow[..., None])  # fmt: skip
        owner[layer.mask] = place
    return image, owner


def _annotate(rng, layer, owner, place):
    """Returns the visible part of a layer, as an annotator would mark it."""
    mask = owner == place
    parts = {
        name: mask & (layer.labels == index)
        for index, name in enumerate(layer.parts)
    }
    keypoints = layer.keypoints.copy()
    size = np.array(mask.shape[::-1])
    spots = np.round(keypoints[:, :2]).astype(int)
    inside = ((spots >= 0) & (spots < size)).all(1)
    columns, rows = np.clip(spots, 0, size - 1).T
    missing = rng.uniform(*difficulty.KEYPOINT_MISSING)
    kept = inside & (owner[rows, columns] <= place)
    kept &= rng.random(len(kept)) >= missing
    sigma = rng.uniform(*difficulty.KEYPOINT_NOISE)
    keypoints[:, :2] += rng.normal(0, sigma, keypoints[:, :2].shape)
    # Rounded as in files: 12.999 must not become 13 in one and 12 in another.
    keypoints = keypoints.round(2)
    kept &= ((keypoints[:, :2] >= 0) & (keypoints[:, :2] <= size - 1)).all(1)
    keypoints[:, 2] *= kept
    keypoints[keypoints[:, 2] == 0] = 0
    if layer.class_name == "chair":
        parts = {}
    return SceneObject(layer.class_name, mask, parts, keypoints)


def _expose(rng, image):
    """Returns the uint8 photo with random light, lens blur and noise."""
    light = rng.uniform(0.82, 1.15) * (1 + rng.normal(0, 0.03, 3))
    image = canvas.blur(image.astype(np.float32), rng.uniform(0.45, 0.8))
    grain = rng.normal(0, rng.uniform(1, 5), image.shape)
    return np.clip(image * light + grain, 0, 255).astype(np.uint8)

"""Sprites: a figure, or something that looks like part of one, in a photo.

Points are (x, y) in pixels with the origin at the center of the top-left pixel.
"""

from collections.abc import Sequence
import dataclasses

import numpy as np

from tfrecords_tools.synthetic import animals
from tfrecords_tools.synthetic import canvas
from tfrecords_tools.synthetic import difficulty
from tfrecords_tools.synthetic import figures
from tfrecords_tools.synthetic import fur as fur_lib
from tfrecords_tools.synthetic import poses
from tfrecords_tools.synthetic import solids
from tfrecords_tools.synthetic import species as species_lib


@dataclasses.dataclass(frozen=True)
class Sprite:
    """An image of one thing, of the size of the photo.

    Attributes:
        rgb: float32 [H, W, 3].
        labels: int16 [H, W], index into `parts`, or -1 outside the thing.
        parts: Names of its parts, as in `figures.Figure.body`.
        class_name: VOC's name, or "" for a thing without annotations.
        keypoints: float [K, 3], (x, y, v) of the names it was drawn with; v is
            1 if visible, 0 if hidden.
        fur: Its fur.
    """

    rgb: np.ndarray
    labels: np.ndarray
    parts: tuple[str, ...]
    class_name: str
    keypoints: np.ndarray
    fur: fur_lib.Fur

    @property
    def mask(self) -> np.ndarray:
        """Pixels [H, W] of the thing."""
        return self.labels >= 0

    @property
    def box(self) -> np.ndarray:
        """Extents (xmin, ymin, xmax, ymax) of the mask, inclusive."""
        return extents(self.mask)


def extents(mask: np.ndarray) -> np.ndarray | None:
    """Returns inclusive (xmin, ymin, xmax, ymax) of a mask; None if empty."""
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    if not len(columns):
        return None
    return np.array([columns[0], rows[0], columns[-1], rows[-1]])


def moved(sprite: Sprite, step: tuple[int, int]) -> Sprite:
    """Returns `sprite` shifted by (dx, dy) pixels and cropped to the photo."""
    dx, dy = step
    height, width = sprite.labels.shape
    rgb, labels = np.zeros_like(sprite.rgb), np.full_like(sprite.labels, -1)
    to = np.s_[max(dy, 0) : height + dy, max(dx, 0) : width + dx]
    source = np.s_[max(-dy, 0) : height - dy, max(-dx, 0) : width - dx]
    if abs(dx) < width and abs(dy) < height:
        rgb[to], labels[to] = sprite.rgb[source], sprite.labels[source]
    keypoints = sprite.keypoints + (dx, dy, 0)
    return dataclasses.replace(
        sprite, rgb=rgb, labels=labels, keypoints=keypoints
    )


def draw_animal(
    rng: np.random.Generator,
    size: tuple[int, int],
    box: np.ndarray,
    species: species_lib.Species,
    fur: fur_lib.Fur | None = None,
) -> Sprite:
    """Returns a random animal of a species.

    Args:
        rng: Source of randomness.
        size: (height, width) of the photo.
        box: (xmin, ymin, xmax, ymax) that the animal fits into, standing on the
            lower side; may exceed the photo.
        species: Its species.
        fur: Its fur; None for a random one.
    """
    pose = poses.draw(rng, species)
    animal = animals.build(
        species_lib.individual(rng, species), pose, _draw_yaw(rng)
    )
    tilt = np.radians(rng.uniform(0, 18))
    fur = fur or fur_lib.draw(rng, species.name)
    return draw_figure(
        rng, size, box, animal, tilt, fur, species.name, animals.KEYPOINTS
    )


def draw_figure(
    rng: np.random.Generator,
    size: tuple[int, int],
    box: np.ndarray,
    figure: figures.Figure,
    tilt: float,
    fur: fur_lib.Fur,
    class_name: str,
    keypoints: Sequence[str],
) -> Sprite:
    """Returns a figure, as the camera sees it.

    Args:
        rng: Source of randomness.
        size: (height, width) of the photo.
        box: As in `draw_animal`.
        figure: The figure.
        tilt: Angle in radians by which the camera looks down.
        fur: Its colors.
        class_name: VOC's name of the class.
        keypoints: Names of the keypoints to annotate, in order.
    """
    camera = _fit(figure.body, tilt, np.asarray(box, float))
    surface, rgb = _render(rng, figure.body, camera, size, fur, figure.axes)
    names = tuple(dict.fromkeys(solid.part for solid in figure.body))
    return Sprite(
        rgb,
        _labels(figure.body, names, surface),
        names,
        class_name,
        _keypoints(figure, keypoints, camera, surface),
        fur,
    )


def draw_lookalike(
    rng: np.random.Generator,
    size: tuple[int, int],
    spot: np.ndarray,
    length: float,
    fur: fur_lib.Fur,
) -> Sprite:
    """Returns something with an animal's fur that is not an animal.

    Args:
        rng: Source of randomness.
        size: (height, width) of the photo.
        spot: Point (x, y) of its center.
        length: Its length in pixels.
        fur: Its fur.
    """
    kind = ("stick", "curve", "ball", "sack")[rng.integers(4)]
    body = _lookalike_body(rng, kind)
    camera = solids.Camera(length, np.asarray(spot, float))
    axes = figures.FACING_RIGHT
    surface, rgb = _render(rng, body, camera, size, fur, axes)
    labels = np.where(surface.index == solids.EMPTY, -1, 0).astype(np.int16)
    nowhere = np.zeros((len(animals.KEYPOINTS), 3))
    return Sprite(rgb, labels, ("thing",), "", nowhere, fur)


def _draw_yaw(rng):
    """Returns degrees: mostly side views, some turned to or from the viewer."""
    facing = rng.choice((0, 180))
    side = rng.random() < difficulty.SIDE_VIEW_FRACTION
    spread = (
        difficulty.SIDE_VIEW_SPREAD if side else difficulty.OTHER_VIEW_SPREAD
    )
    return facing + np.clip(rng.normal(0, spread), -85, 85)


def _fit(body, tilt, box):
    """Returns the camera that fits the body into `box`, feet at its bottom."""
    camera = solids.Camera(1.0, np.zeros(2), tilt)
    points = [solid.start for solid in body]
    points += [solid.end for solid in body if solid.end is not None]
    reach = [max(solid.radii) for solid in body]
    reach += [max(s.radii) for s in body if s.end is not None]
    seen = camera.project(np.stack(points))[:, :2]
    reach = np.array(reach)[:, None]
    low, high = (seen - reach).min(0), (seen + reach).max(0)
    scale = ((box[2:] - box[:2]) / (high - low)).min()
    middle = (box[0] + box[2]) / 2 - scale * (low[0] + high[0]) / 2
    return solids.Camera(
        scale, np.array([middle, box[3] - scale * high[1]]), tilt
    )


def _render(rng, body, camera, size, fur, axes):
    # Hair of about 1 % of the trunk length frays the outline.
    reach = 0.008 * camera.scale
    fray = reach * np.stack(
        [canvas.noise(rng, size, max(1.5, 0.03 * camera.scale))
         for _ in range(2)]
    )  # fmt: skip
    surface = solids.render(body, camera, size, fray)
    return surface, fur_lib.paint(rng, fur, body, surface, camera, axes)


def _labels(body, names, surface):
    table = np.array([names.index(s.part) for s in body] + [-1], np.int16)
    return table[surface.index]


def _keypoints(figure, names, camera, surface):
    """Returns [K, 3]; keypoints under too much flesh are hidden."""
    size = surface.index.shape
    rows = []
    for name in names:
        point, flesh = figure.keypoints[name]
        x, y, depth = camera.project(point)
        column, row = round(x), round(y)
        inside = 0 <= column < size[1] and 0 <= row < size[0]
        cover = surface.depth[row, column] - depth if inside else np.inf
        rows.append((x, y, float(cover < flesh * camera.scale + 1)))
    return np.array(rows)


def _lookalike_body(rng, kind):
    """Returns solids of length about 1, centered at the origin."""
    turn = rng.uniform(0, 2 * np.pi)
    way = np.array((np.cos(turn), np.sin(turn), 0))
    side = np.array((-way[1], way[0], 0))
    if kind in ("ball", "sack"):
        radii = rng.uniform(0.28, 0.45, 3)
        axes = np.stack([way, side, np.array((0, 0, 1.0))])
        ball = solids.ball("thing", np.zeros(3), axes, radii, fluff=1.2)
        if kind == "sack":
            return (ball,)
        tip = solids.cone("thing", 0.2 * way, 0.6 * way, (0.22, 0.13))
        return ball, tip
    bend = rng.normal(0, 0.25 if kind == "stick" else 0.6)
    thick = rng.uniform(0.07, 0.14)
    steps = np.linspace(-0.5, 0.5, 3 if kind == "stick" else 8)
    joints = [s * way + bend * (0.25 - s * s) * side for s in steps]
    return tuple(
        solids.cone("thing", *joints[i : i + 2], (thick, thick * 0.95))
        for i in range(len(joints) - 1)
    )

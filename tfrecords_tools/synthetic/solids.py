"""A small renderer of round solids: which solid is visible at each pixel.

Bodies are made of ellipsoids and round cones, rendered with a depth buffer in
orthographic projection. So legs occlude each other, and a trunk is
foreshortened, in any view.

World: x to the right of the photo, y up, z towards the viewer, in any unit.
Photo: x to the right and y down in pixels, the origin at the center of the
top-left pixel, depth towards the viewer in pixels.
"""

from collections.abc import Sequence
import dataclasses

import numpy as np

EMPTY = -1  # Value of `Surface.index` where nothing is visible.


@dataclasses.dataclass(frozen=True)
class Solid:
    """A round cone between two balls, or an ellipsoid.

    Attributes:
        part: Name of the part, e.g. "torso".
        start: World [3], center of the first ball, or of the ellipsoid.
        end: World [3], center of the second ball; not used by ellipsoids.
        radii: (start, end) of a cone, (x, y, z) of an ellipsoid.
        axes: [3, 3], rows are the ellipsoid's axes in the world; None for a
            cone.
        fluff: How much its outline frays; 1 is short fur.
        tint: Name of its color in the fur, e.g. "fur".
    """

    part: str
    start: np.ndarray
    end: np.ndarray | None
    radii: tuple[float, ...]
    axes: np.ndarray | None = None
    fluff: float = 1.0
    tint: str = "fur"


def cone(
    part: str,
    start: np.ndarray,
    end: np.ndarray,
    radii: Sequence[float],
    **looks,
) -> Solid:
    """Returns a round cone; `looks` are `fluff` and `tint`."""
    return Solid(part, start, end, tuple(radii), **looks)


def ball(
    part: str,
    center: np.ndarray,
    axes: np.ndarray,
    radii: Sequence[float],
    **looks,
) -> Solid:
    """Returns an ellipsoid; `looks` are `fluff` and `tint`."""
    return Solid(part, center, None, tuple(radii), axes, **looks)


@dataclasses.dataclass(frozen=True)
class Camera:
    """The projection from the world to the photo.

    Attributes:
        scale: Pixels per unit of the world.
        center: Photo point [2] of the world's origin.
        tilt: Angle in radians by which the camera looks down.
    """

    scale: float
    center: np.ndarray
    tilt: float = 0.0

    @property
    def rotation(self) -> np.ndarray:
        """Matrix [3, 3] from the world to photo axes, without scale."""
        sin, cos = np.sin(self.tilt), np.cos(self.tilt)
        return np.array([[1, 0, 0], [0, -cos, sin], [0, sin, cos]])

    def project(self, points: np.ndarray) -> np.ndarray:
        """Returns photo (x, y, depth) [..., 3] of world points [..., 3]."""
        seen = np.asarray(points) @ self.rotation.T * self.scale
        return seen + np.append(self.center, 0)

    def unproject(self, seen: np.ndarray) -> np.ndarray:
        """Returns world points [..., 3] of photo (x, y, depth) [..., 3]."""
        return (seen - np.append(self.center, 0)) / self.scale @ self.rotation


@dataclasses.dataclass(frozen=True)
class Surface:
    """The visible surface of some solids.

    Attributes:
        index: int16 [H, W], index of the solid, or `EMPTY`.
        depth: float32 [H, W], -inf where empty.
        normal: float32 [H, W, 3], unit vectors in photo axes.
    """

    index: np.ndarray
    depth: np.ndarray
    normal: np.ndarray


def render(
    solids: Sequence[Solid],
    camera: Camera,
    size: tuple[int, int],
    fray: np.ndarray,
) -> Surface:
    """Returns the visible surface of `solids`.

    Args:
        solids: The solids to draw, in any order.
        camera: The camera.
        size: (height, width) of the photo.
        fray: float32 [2, H, W], offsets (x, y) in pixels that displace outlines
            of fluff 1.
    """
    surface = Surface(
        np.full(size, EMPTY, np.int16),
        np.full(size, -np.inf, np.float32),
        np.zeros((*size, 3), np.float32),
    )
    for index, solid in enumerate(solids):
        if solid.axes is not None:
            _draw_ellipsoid(surface, index, solid, camera, fray)
        else:
            _draw_cone(surface, index, solid, camera, fray)
    return surface


def _draw_ellipsoid(surface, index, solid, camera, fray):
    center = camera.project(solid.start)
    axes = solid.axes @ camera.rotation.T
    radii = np.array(solid.radii) * camera.scale
    # q: the matrix with p @ q @ p = 1 on the surface.
    q = (axes.T / radii**2) @ axes
    reach = np.sqrt((axes[:, :2] ** 2 * radii[:, None] ** 2).sum(0))
    low, high = center[:2] - reach, center[:2] + reach
    window, x, y = _window(surface, low, high, fray, solid.fluff)
    if window is None:
        return
    x, y = x - np.float32(center[0]), y - np.float32(center[1])
    q = q.astype(np.float32)
    half_b = q[0, 2] * x + q[1, 2] * y
    c = q[0, 0] * x * x + 2 * q[0, 1] * x * y + q[1, 1] * y * y - 1
    root = half_b**2 - q[2, 2] * c
    z = (np.sqrt(np.maximum(root, 0)) - half_b) / q[2, 2]
    normal = np.stack([x, y, z], -1) @ q
    _merge(surface, window, index, root > 0, z + center[2], normal)


def _draw_cone(surface, index, solid, camera, fray):
    ends = camera.project(np.stack([solid.start, solid.end]))
    radii = np.array(solid.radii) * camera.scale
    length = np.linalg.norm(ends[1, :2] - ends[0, :2])
    if length < radii.max():  # Viewed along its axis: draw balls instead.
        for fraction in np.linspace(0, 1, 4):
            ball = np.stack([ends[0] + fraction * (ends[1] - ends[0])] * 2)
            radius = np.repeat(radii[0] + fraction * (radii[1] - radii[0]), 2)
            _draw_sweep(surface, index, ball, radius, fray, solid.fluff)
    else:
        _draw_sweep(surface, index, ends, radii, fray, solid.fluff)


def _draw_sweep(surface, index, ends, radii, fray, fluff):
    low = (ends[:, :2] - radii[:, None]).min(0)
    high = (ends[:, :2] + radii[:, None]).max(0)
    window, x, y = _window(surface, low, high, fray, fluff)
    if window is None:
        return
    start, along = ends[0].astype(np.float32), np.diff(ends, axis=0)[0]
    along = along.astype(np.float32)
    square = max(float(along[:2] @ along[:2]), 1e-6)
    x, y = x - start[0], y - start[1]
    t = np.clip((x * along[0] + y * along[1]) / square, 0, 1)
    x, y = x - t * along[0], y - t * along[1]
    radius = np.float32(radii[0]) + t * np.float32(radii[1] - radii[0])
    root = radius**2 - x * x - y * y
    z = np.sqrt(np.maximum(root, 0))
    depth = start[2] + t * along[2] + z
    _merge(surface, window, index, root > 0, depth, np.stack([x, y, z], -1))


def _window(surface, low, high, fray, fluff):
    """Returns slices of a box within the photo, and its frayed x and y."""
    size = surface.index.shape
    margin = 3 * fluff
    left, top = np.floor(low - margin).astype(int)
    right, bottom = np.ceil(high + margin).astype(int) + 1
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, size[1]), min(bottom, size[0])
    if left >= right or top >= bottom:
        return None, None, None
    window = slice(top, bottom), slice(left, right)
    x = np.arange(left, right, dtype=np.float32)[None]
    y = np.arange(top, bottom, dtype=np.float32)[:, None]
    fluff = np.float32(fluff)
    return window, x + fluff * fray[0][window], y + fluff * fray[1][window]


def _merge(surface, window, index, inside, depth, normal):
    """Writes the pixels of a solid that are nearer than the current ones."""
    nearer = inside & (depth > surface.depth[window])
    length = np.sqrt((normal[nearer] ** 2).sum(-1, keepdims=True))
    surface.normal[window][nearer] = normal[nearer] / np.maximum(length, 1e-6)
    surface.depth[window][nearer] = depth[nearer]
    surface.index[window][nearer] = index

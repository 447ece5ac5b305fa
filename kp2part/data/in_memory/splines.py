"""The thin-plate spline of a grid of control points, for many shifts at once.

As `warps.Spline`, where only the shifts of the points are not known before: all
else is computed once, in float64.
"""

import functools

from keras import ops
import numpy as np

_NUM_STEPS = 16  # As `warps.move_points`.


class Spline:
    """Shifts of a grid of points, continued to the whole crop.

    Coordinates are divided by the side of the grid: this leaves the spline as
    it is, and keeps digits in float32.

    Args:
        num_points: N control points along x, and as many along y.
        size: Side S of the crop in pixels, from the first to the last of them.
    """

    def __init__(self, num_points: int, size: int):
        self._side = size - 1
        self._points, self._weights = _system(num_points)
        self._size = size

    def of_pixels(self, shift):
        """Returns the shift of each pixel, float32 [B, S * S, 2].

        Args:
            shift: float32 [B, N * N, 2], of each control point, in pixels.
        """
        weights = _of_pixels(len(self._points), self._size)
        return ops.matmul(ops.convert_to_tensor(weights), shift)

    def move(self, points, shift):
        """Returns where points of the crop are moved: float32 [B, K, 2].

        Args:
            points: float32 [B, K, 2], (x, y), in pixels.
            shift: float32 [B, N * N, 2], of each control point, in pixels.
        """
        # Not as a matrix product: GPUs round its factors to 10 bits.
        weights = self._weights.astype(np.float32)
        terms = ops.sum(weights[..., None] * shift[:, None], 2)  # [B, N², 2]
        moved = points
        for _ in range(_NUM_STEPS):
            basis = self._basis(moved / self._side)
            moved = points + ops.sum(basis[..., None] * terms[:, None], 2)
        return moved

    def _basis(self, points):
        # [B, K, 2] -> [B, K, N * N + 3]
        away = points[:, :, None] - self._points.astype(np.float32)
        squared = ops.sum(away * away, -1)
        phi = squared * ops.log(ops.maximum(squared, 1e-30)) / 2
        return ops.concatenate([phi, points, ops.ones_like(phi[..., :1])], -1)


@functools.lru_cache(4)
def _system(num_points: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the control points, and the weights that shifts are mapped to."""
    line = np.linspace(0, 1, num_points)
    points = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    basis = _exact_basis(points, points)
    count = len(points)
    # The weights of phi are orthogonal to affine functions.
    affine = np.pad(basis[:, count:].T, [(0, 0), (0, 3)])
    system = np.concatenate([basis, affine])
    return points, np.linalg.solve(system, np.eye(count + 3, count))


@functools.lru_cache(4)
def _of_pixels(count: int, size: int) -> np.ndarray:
    points, weights = _system(round(count**0.5))
    line = np.linspace(0, 1, size)
    pixels = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    return (_exact_basis(pixels, points) @ weights).astype(np.float32)


def _exact_basis(places: np.ndarray, points: np.ndarray) -> np.ndarray:
    squared = ((places[:, None] - points) ** 2).sum(-1)
    phi = squared * np.log(np.where(squared > 0, squared, 1)) / 2
    return np.concatenate([phi, places, np.ones([len(places), 1])], 1)

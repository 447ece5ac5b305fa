"""Random numbers of the examples of a stream, without a state.

Those of example 1000 are the same whatever was drawn before, on any backend: a
resumed training sees what an uninterrupted one would have seen.
"""

from typing import NamedTuple

from keras import ops
import numpy as np

from kp2part.data import augmentation as augmentation_lib

_PER_COUNT = 4  # Philox makes numbers in fours.
_MOVES = 5  # Of the numbers of an example: a flip and an affine map,
_COLORS = 3
_CONTROL_POINTS = augmentation_lib.ELASTIC_POINTS**2
# Within two standard deviations, probabilities are these.
_LOWEST, _HIGHEST = 0.022750131948179195, 0.9772498680518208


class Draws(NamedTuple):
    """The parameters of the changes to B examples, for `batch_ops`.

    Attributes:
        flip: bool [B].
        affine: float32 [B, 4].
        elastic: float32 [B, N, 2].
        color: float32 [B, 3].
        shift: float32 [B, K, 2].
        dropped: bool [B, K].
    """

    flip: object
    affine: object
    elastic: object
    color: object
    shift: object
    dropped: object


def uniform(
    seed: int, first: int, count: int, num_keypoints: int
) -> np.ndarray:
    """Returns the numbers of some examples: float32 [count, D], in [0, 1).

    Args:
        seed: Of the training.
        first: Number of the first example in the stream.
        count: Number of examples.
        num_keypoints: K.
    """
    used = _MOVES + _COLORS + 2 * _CONTROL_POINTS + 3 * num_keypoints
    blocks = -(-used // _PER_COUNT)
    generator = np.random.Philox(key=seed)
    generator.advance(first * blocks)
    raw = generator.random_raw(count * blocks * _PER_COUNT)
    # 24 bits: float32 has no more in front of 1.
    values = (raw >> np.uint64(40)).astype(np.float32) / np.float32(2**24)
    return values.reshape(count, -1)[:, :used]


def make(
    numbers, augmentation: augmentation_lib.Augmentation, size: int
) -> Draws:
    """Returns the parameters that the numbers of examples stand for.

    Args:
        numbers: float32 [B, D], of `uniform`.
        augmentation: Strengths.
        size: Side of the crops, in pixels.
    """
    lengths = [1, 4, _COLORS, 2 * _CONTROL_POINTS]
    num_keypoints = (numbers.shape[1] - sum(lengths)) // 3
    lengths += [2 * num_keypoints]
    flip, affine, color, elastic, shift, dropped = ops.split(
        numbers, [int(x) for x in np.cumsum(lengths)], axis=1
    )
    pixel = size / 256  # Of a 256 px crop.
    truncated = _LOWEST + (_HIGHEST - _LOWEST) * elastic
    bend = _normal(truncated) * (augmentation.elastic * pixel)
    jitter = _normal(shift) * (augmentation.keypoint_jitter * pixel)
    return Draws(
        flip[:, 0] < augmentation.flip,
        2 * affine - 1,
        ops.reshape(bend, [-1, _CONTROL_POINTS, 2]),
        1 + (2 * color - 1) * augmentation.color,
        ops.reshape(jitter, [-1, num_keypoints, 2]),
        dropped < augmentation.keypoint_dropout,
    )


def _normal(uniform):
    """Returns what is below that fraction of a normal distribution."""
    # Not 0 or 1, whose quantiles are infinite.
    inside = ops.clip(uniform, 2.0**-25, 1 - 2.0**-24)
    return ops.erfinv(2 * inside - 1) * 2**0.5

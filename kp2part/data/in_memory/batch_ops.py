"""Augmentation of batches with `keras.ops`: what `ops` does to one example.

The parameters of a change are arguments, and drawn elsewhere (`draws`): given
those that an op in `data.ops` draws, the same example results. A batch is a
`Batch`; a function returns a new one.
"""

from typing import NamedTuple

from keras import ops
import numpy as np

from kp2part.data import augmentation as augmentation_lib
from kp2part.data.arrays import crops
from kp2part.data.in_memory import sampling
from kp2part.data.in_memory import splines
from kp2part.schema import category as category_lib
from kp2part.schema import keys


class Batch(NamedTuple):
    """B examples.

    Attributes:
        images: uint8 or float32 [B, S, S, 3], RGB in 0..255.
        part_masks: uint8 [B, S, S], part ids or `keys.IGNORE_LABEL`.
        keypoints: float32 [B, K, 3], rows of (x, y, v), in pixels.
    """

    images: object
    part_masks: object
    keypoints: object


def flip(batch: Batch, chosen, category: category_lib.Category) -> Batch:
    """Mirrors examples and swaps left and right labels.

    Args:
        batch: B examples.
        chosen: bool [B], which.
        category: Names to mirror.
    """
    images, masks, keypoints = batch
    x, y, v = ops.split(keypoints, 3, axis=-1)
    x = ops.where(v > 0, images.shape[2] - 1 - x, 0.0)
    mirrored = ops.concatenate([x, y, v], -1)
    mirrored = ops.take(
        mirrored, np.array(category.keypoint_mirror, np.int32), axis=1
    )
    # Ids beyond P stay as they are: 255 remains "ignore".
    mirror = category.part_mirror
    part_ids = np.array([*mirror, *range(len(mirror), 256)], np.uint8)
    labels = ops.cast(ops.flip(masks, axis=2), "int32")
    renamed = ops.take(ops.convert_to_tensor(part_ids), labels)
    chosen = chosen[:, None, None]
    return Batch(
        ops.where(chosen[..., None], ops.flip(images, axis=2), images),
        ops.where(chosen, renamed, masks),
        ops.where(chosen, mirrored, keypoints),
    )


def affine(
    batch: Batch, draw, augmentation: augmentation_lib.Augmentation
) -> Batch:
    """Rotates, zooms and shifts examples about their centers.

    Pixels from outside are black in images and `keys.IGNORE_LABEL` in masks.

    Args:
        batch: B examples.
        draw: float32 [B, 4], in [-1, 1): rotation, zoom, and shift (x, y), as
            fractions of the largest.
        augmentation: The largest of each.
    """
    images, masks, keypoints = batch
    size = images.shape[1]
    angle = draw[:, 0] * (augmentation.rotation * np.pi / 180)
    zoom = ops.power(1 + augmentation.scale, draw[:, 1])
    shift = draw[:, None, 2:] * (augmentation.translation * size)
    center = (size - 1) / 2  # In points, whose origin is a pixel's center.
    cos, sin = (f(angle) * zoom for f in (ops.cos, ops.sin))
    points = _turn(keypoints[..., :2] - center, cos, sin) + center + shift
    pixels = ops.reshape(sampling.grid(size), [1, -1, 2]) - center - shift
    cos, sin = cos / zoom**2, -sin / zoom**2  # Of the inverse.
    sources = _turn(pixels, cos, sin) + center
    sources = ops.reshape(sources, [-1, size, size, 2])
    return Batch(
        sampling.bilinear(images, sources),
        sampling.nearest(masks, sources, keys.IGNORE_LABEL),
        confine(ops.concatenate([points, keypoints[..., 2:]], -1), size),
    )


def elastic(batch: Batch, shift) -> Batch:
    """Deforms examples by a thin-plate spline.

    Pixels from outside repeat the edge.

    Args:
        batch: B examples.
        shift: float32 [B, N, 2], of each control point (x, y), in pixels.
    """
    images, masks, keypoints = batch
    size = images.shape[1]
    spline = splines.Spline(augmentation_lib.ELASTIC_POINTS, size)
    flow = ops.reshape(spline.of_pixels(shift), [-1, size, size, 2])
    sources = ops.clip(sampling.grid(size) - flow, 0.0, size - 1.0)
    points = spline.move(keypoints[..., :2], shift)
    return Batch(
        sampling.bilinear(images, sources),
        sampling.nearest(masks, sources, keys.IGNORE_LABEL),
        confine(ops.concatenate([points, keypoints[..., 2:]], -1), size),
    )


def color(batch: Batch, factors) -> Batch:
    """Changes saturation, contrast and brightness.

    Args:
        batch: B examples.
        factors: float32 [B, 3], of each.
    """
    images = ops.cast(batch.images, "float32")
    saturation, contrast, brightness = (
        factors[:, i, None, None, None] for i in range(3)
    )
    gray = ops.mean(images, axis=-1, keepdims=True)
    images = gray + (images - gray) * saturation
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    images = (mean + (images - mean) * contrast) * brightness
    return batch._replace(images=ops.clip(images, 0.0, 255.0))


def keypoint_noise(batch: Batch, shift, dropped) -> Batch:
    """Drops keypoints and shifts the others.

    Args:
        batch: B examples.
        shift: float32 [B, K, 2], (x, y), in pixels.
        dropped: bool [B, K].
    """
    keypoints = batch.keypoints + ops.pad(shift, [[0, 0], [0, 0], [0, 1]])
    keypoints = ops.where(dropped[..., None], 0.0, keypoints)
    return batch._replace(keypoints=confine(keypoints, batch.images.shape[1]))


def confine(keypoints, size: int):
    """Returns keypoints inside the crop or absent, see `crops.confine`."""
    points, v = keypoints[..., :2], keypoints[..., 2:]
    reach = 0.5 + crops.TOLERANCE * size
    near = (points >= -reach) & (points <= size - 1 + reach)
    kept = ops.all(near, axis=-1, keepdims=True) & (v > 0)
    inside = ops.clip(points, 0.0, size - 1.0)
    return ops.where(kept, ops.concatenate([inside, v], -1), 0.0)


def _turn(points, cos, sin):
    # Not as a matrix product: GPUs round its factors to 10 bits.
    x, y = points[..., 0], points[..., 1]
    cos, sin = cos[:, None], sin[:, None]
    return ops.stack([x * cos - y * sin, x * sin + y * cos], -1)

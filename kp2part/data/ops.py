"""Preprocessing ops: example -> example, inside `tf.data`.

An op maps a dict of tensors under the keys of `schema` to a new dict and does
not modify its argument. A `make_*` function takes settings and returns an op.
Random ops depend only on `SEED`: the same seed gives the same example, whatever
runs in parallel. One random draw moves image, mask and keypoints together.
"""

from collections.abc import Callable

import tensorflow as tf

from kp2part.data import augmentation as augmentation_lib
from kp2part.data import crops
from kp2part.data import warps
from kp2part.schema import keys
from kp2part.schema import task as task_lib

SEED = "seed"  # int32 [2]

Example = dict[str, tf.Tensor]
Op = Callable[[Example], Example]


def make_resize(size: int) -> Op:
    """Returns an op that resizes an example to the network's size.

    Reads and writes:
        image: uint8 or float32 [H, W, 3] -> float32 [size, size, 3].
        part_mask: uint8 [H, W] -> uint8 [size, size].
        keypoints: float32 [K, 3], in pixels.
        prior_maps, if there: uint8 [H, W, N] -> uint8 [size, size, N].
    """

    def resize(example):
        height, width = tf.unstack(tf.shape(example[keys.IMAGE])[:2])
        box = tf.stack([0, 0, width, height])
        return {
            **example,
            **_with_maps(
                example,
                lambda maps: crops.cut_labels(maps, box, size, "stretch", 0),
            ),
            keys.IMAGE: crops.cut_image(
                example[keys.IMAGE], box, size, "stretch"
            ),
            keys.PART_MASK: crops.cut_mask(
                example[keys.PART_MASK], box, size, "stretch"
            ),
            keys.KEYPOINTS: crops.move_keypoints(
                example[keys.KEYPOINTS], box, size, "stretch"
            ),
        }

    return resize


def make_flip(
    keypoint_mirror: tuple[int, ...],
    part_mirror: tuple[int, ...],
    probability: float,
) -> Op:
    """Returns an op that mirrors an example and swaps left and right labels.

    Reads and writes: image, part_mask, keypoints, and prior_maps if there;
    reads seed.

    Args:
        keypoint_mirror: K ints, see `category.Category`.
        part_mirror: P ints, see `category.Category`.
        probability: Probability to mirror, in [0, 1].
    """
    # Ids beyond P stay as they are: 255 remains "ignore".
    part_ids = [*part_mirror, *range(len(part_mirror), 256)]

    def mirror(example):
        image = example[keys.IMAGE]
        x, y, v = tf.unstack(example[keys.KEYPOINTS], axis=-1)
        width = tf.cast(tf.shape(image)[1], tf.float32)
        mirrored = tf.stack([tf.where(v > 0, width - 1 - x, 0.0), y, v], -1)
        return {
            **example,
            **_with_maps(example, rename),
            keys.IMAGE: tf.reverse(image, axis=[1]),
            keys.KEYPOINTS: tf.gather(mirrored, keypoint_mirror),
            keys.PART_MASK: rename(example[keys.PART_MASK]),
        }

    def rename(labels):
        labels = tf.cast(tf.reverse(labels, axis=[1]), tf.int32)
        return tf.gather(tf.constant(part_ids, tf.uint8), labels)

    def flip(example):
        return tf.cond(
            draw_flip(example[SEED], probability),
            lambda: mirror(example),
            lambda: example,
        )

    return flip


def make_affine(rotation: float, scale: float, translation: float) -> Op:
    """Returns an op that rotates, zooms and shifts an example about its center.

    Pixels from outside are black in the image and `keys.IGNORE_LABEL` in the
    mask.

    Reads and writes:
        image: float32 [S, S, 3].
        part_mask: uint8 [S, S].
        keypoints: float32 [K, 3]; those that leave the crop become absent.
        prior_maps, if there: uint8 [S, S, N]; background from outside.
    Reads seed. For the arguments see `Augmentation`.
    """

    def move(example):
        size = example[keys.IMAGE].shape[0]
        draw = draw_affine(example[SEED])
        angle = draw[0] * rotation * (3.14159265 / 180)
        zoom = tf.pow(1 + scale, draw[1])
        shift = draw[2:] * translation * size
        matrix = _similarity(angle, zoom)
        center = (size - 1) / 2  # In points, whose origin is a pixel's center.
        points = (example[keys.KEYPOINTS][:, :2] - center) @ matrix
        points = points + center + shift
        v = example[keys.KEYPOINTS][:, 2:]
        warp = _inverse_warp(matrix, zoom, shift, center)
        return {
            **example,
            **_with_maps(
                example,
                lambda maps: warps.projective(maps, warp, "NEAREST", 0.0),
            ),
            keys.IMAGE: warps.projective(
                example[keys.IMAGE], warp, "BILINEAR", 0.0
            ),
            keys.PART_MASK: warps.projective(
                example[keys.PART_MASK][..., tf.newaxis],
                warp,
                "NEAREST",
                keys.IGNORE_LABEL,
            )[..., 0],
            keys.KEYPOINTS: crops.confine(tf.concat([points, v], 1), size),
        }

    return move


def make_elastic(stddev: float) -> Op:
    """Returns an op that deforms an example by a thin-plate spline.

    Random shifts of a grid of control points define it. Pixels from outside
    repeat the edge, in image and mask alike.

    Reads and writes:
        image: float32 [S, S, 3].
        part_mask: uint8 [S, S].
        keypoints: float32 [K, 3]; those that leave the crop become absent.
        prior_maps, if there: uint8 [S, S, N].
    Reads seed.

    Args:
        stddev: Standard deviation of the shift of each control point along x
            and y, in pixels of a 256 px crop; shifts are at most twice that.
    """

    def bend(example):
        size = example[keys.IMAGE].shape[0]
        points = tf.reshape(
            warps.grid(
                augmentation_lib.ELASTIC_POINTS, augmentation_lib.ELASTIC_POINTS
            ),
            [-1, 2],
        )
        points *= (size - 1) / (
            augmentation_lib.ELASTIC_POINTS - 1
        )  # From corner to corner.
        shift = draw_elastic(example[SEED], stddev, size)
        spline = warps.Spline(points, shift)
        flow = spline(warps.grid(size, size))
        keypoints = example[keys.KEYPOINTS]
        moved = warps.move_points(keypoints[:, :2], spline)
        return {
            **example,
            **_with_maps(
                example, lambda maps: warps.dense(maps, flow, "NEAREST")
            ),
            keys.IMAGE: warps.dense(example[keys.IMAGE], flow),
            keys.PART_MASK: warps.dense(
                example[keys.PART_MASK][..., tf.newaxis], flow, "NEAREST"
            )[..., 0],
            keys.KEYPOINTS: crops.confine(
                tf.concat([moved, keypoints[:, 2:]], 1), size
            ),
        }

    return bend


def make_color(strength: float) -> Op:
    """Returns an op that changes brightness, contrast and saturation.

    Reads and writes image: float32 [S, S, 3], in 0..255; reads seed.

    Args:
        strength: Largest change of each, as a fraction.
    """

    def recolor(example):
        image = example[keys.IMAGE]
        draw = draw_color(example[SEED], strength)
        gray = tf.reduce_mean(image, axis=-1, keepdims=True)
        image = gray + (image - gray) * draw[0]
        mean = tf.reduce_mean(image)
        image = (mean + (image - mean) * draw[1]) * draw[2]
        return {**example, keys.IMAGE: tf.clip_by_value(image, 0.0, 255.0)}

    return recolor


def make_keypoint_noise(dropout: float, jitter: float) -> Op:
    """Returns an op that drops keypoints at random and shifts the others.

    Reads and writes keypoints: float32 [K, 3]; those that leave the crop become
    absent. Reads image (its size) and seed.

    Args:
        dropout: Probability that a keypoint becomes absent, in [0, 1).
        jitter: Standard deviation of the shift along x and y, in pixels of a
            256 px crop.
    """

    def disturb(example):
        keypoints = example[keys.KEYPOINTS]
        size = example[keys.IMAGE].shape[0]
        shift, dropped = draw_keypoint_noise(
            example[SEED], keypoints.shape, dropout, jitter, size
        )
        moved = keypoints + shift * tf.constant([1.0, 1.0, 0.0])
        kept = tf.where(dropped[:, tf.newaxis], 0.0, moved)
        return {**example, keys.KEYPOINTS: crops.confine(kept, size)}

    return disturb


def make_augment(
    task: task_lib.Task, augmentation: augmentation_lib.Augmentation
) -> Op:
    """Returns an op that augments an example of the network's input size.

    Args:
        task: Names to mirror.
        augmentation: Strengths.
    """
    steps = []
    if augmentation.flip:
        mirrors = task.category.keypoint_mirror, task.category.part_mirror
        steps.append(make_flip(*mirrors, augmentation.flip))
    moves = augmentation.rotation, augmentation.scale, augmentation.translation
    if any(moves):
        steps.append(make_affine(*moves))
    if augmentation.elastic:
        steps.append(make_elastic(augmentation.elastic))
    if augmentation.color:
        steps.append(make_color(augmentation.color))
    noise = augmentation.keypoint_dropout, augmentation.keypoint_jitter
    if any(noise):
        steps.append(make_keypoint_noise(*noise))

    def augment(example):
        for step in steps:
            example = step(example)
        return example

    return augment


def draw_flip(seed, probability: float):
    """Returns whether to mirror an example, bool []."""
    return tf.random.stateless_uniform([], seed + [0, 1]) < probability


def draw_affine(seed):
    """Returns rotation, zoom and shift (x, y): float32 [4], in [-1, 1)."""
    return tf.random.stateless_uniform([4], seed + [0, 2], -1, 1)


def draw_elastic(seed, stddev: float, size: int):
    """Returns the shift of each control point: float32 [N, 2], in pixels."""
    count = augmentation_lib.ELASTIC_POINTS**2
    return tf.random.stateless_truncated_normal(
        [count, 2], seed + [0, 6], stddev=stddev * size / 256
    )


def draw_color(seed, strength: float):
    """Returns factors of saturation, contrast and brightness: float32 [3]."""
    return tf.random.stateless_uniform(
        [3], seed + [0, 3], 1 - strength, 1 + strength
    )


def draw_keypoint_noise(seed, shape, dropout: float, jitter: float, size: int):
    """Returns shifts, float32 [K, 3], and which keypoints to drop, bool [K].

    The third column of the shifts is not used.
    """
    seed = seed + [0, 4]
    shift = tf.random.stateless_normal(shape, seed, stddev=jitter * size / 256)
    draw = tf.random.stateless_uniform(shape[:1], seed + [0, 1])
    return shift, draw < dropout


def _with_maps(example: Example, change: Callable) -> Example:
    maps = example.get(keys.PRIOR_MAPS)
    return {} if maps is None else {keys.PRIOR_MAPS: change(maps)}


def _similarity(angle, zoom):
    # For row vectors: points @ matrix.
    cos, sin = tf.cos(angle) * zoom, tf.sin(angle) * zoom
    return tf.stack([tf.stack([cos, sin]), tf.stack([-sin, cos])])


def _inverse_warp(matrix, zoom, shift, center):
    # The image op maps column vectors (x, y) of the output to the input.
    inverse = tf.transpose(matrix) / zoom**2  # For row vectors.
    a, b = inverse[0, 0], inverse[1, 0]
    c, d = inverse[0, 1], inverse[1, 1]
    offset = center - tf.linalg.matvec(tf.transpose(inverse), center + shift)
    row = [a, b, offset[0], c, d, offset[1], 0.0, 0.0]
    return tf.stack(row)

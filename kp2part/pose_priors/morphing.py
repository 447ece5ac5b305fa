"""Morphs the parts of objects with similar poses onto a new pose.

The pose-guided morphing of
[Fang et al., 2018](https://arxiv.org/abs/1805.04310), for animals: a similarity
transform (rotation, scale, translation) moves each piece so that its axis in
the known pose maps to its axis in the new pose. It handles absent keypoints,
known poses may be mirrored, and it uses the geometry of the photo, not that of
the stretched crop.

Points are complex numbers x + iy: a similarity is `m z + c`.
"""

import dataclasses

import tensorflow as tf

from kp2part.schema import rig as rig_lib

# Poses are compared by their bodies only with so many keypoints in common.
_MIN_COMMON = 4
# An axis below this length, in pixels of the photo, has no reliable angle.
_MIN_LENGTH = 1.0
# Ranks poses without a common body after all poses with one.
_WITHOUT_BODY = 1e6


@dataclasses.dataclass(frozen=True)
class Poses:
    """Poses in photo coordinates; the fields may be batched.

    Attributes:
        keypoints: complex64 [..., K], in pixels of the photo, relative to the
            top-left corner of the crop.
        visible: bool [..., K], whether v > 0.
        scale: float32 [..., 2], pixels of the photo per pixel of the crop,
            along x and y.
        size: Side S of the crops, in pixels.
    """

    keypoints: tf.Tensor
    visible: tf.Tensor
    scale: tf.Tensor
    size: int

    def take(self, indices) -> "Poses":
        """Returns the poses at `indices` of the first axis."""
        return Poses(*(tf.gather(x, indices) for x in self._tensors), self.size)

    @property
    def _tensors(self):
        return self.keypoints, self.visible, self.scale


def poses(keypoints, scale, size: int) -> Poses:
    """Returns the poses of keypoints in crops.

    Args:
        keypoints: float32 [..., K, 3], rows of (x, y, v), in pixels of the
            crops.
        scale: float32 [..., 2], see `Poses`.
        size: S.
    """
    edges = (keypoints[..., :2] + 0.5) * scale[..., tf.newaxis, :]
    plane = tf.complex(edges[..., 0], edges[..., 1])
    return Poses(plane, keypoints[..., 2] > 0, scale, size)


def distances(target: Poses, sources: Poses, rig: rig_lib.Rig, strict: bool):
    """Returns the distances of known poses to a pose.

    The mean squared distance over the keypoints visible in both poses, after
    aligning position and scale, but not rotation, of their bodies. If they have
    no axis of the body in common, the crops are aligned instead, and the pose
    ranks after all poses with a common axis.

    Args:
        target: One pose.
        sources: M poses.
        rig: The category's pieces.
        strict: Whether to exclude poses that lack the body or a keypoint that
            is visible in the target (the rule of Fang et al.).

    Returns:
        float32 [M], infinite for excluded poses.
    """
    common = target.visible & sources.visible
    count = tf.reduce_sum(tf.cast(common, tf.float32), -1)
    known, found = _body_distances(target, sources, rig, common)
    by_crop = _squared(_in_crop(target), _in_crop(sources), common)
    found &= count >= _MIN_COMMON
    result = tf.where(found, known, by_crop + _WITHOUT_BODY)
    valid = count > 0
    if strict:
        missing = target.visible & ~sources.visible
        valid &= found & ~tf.reduce_any(missing, -1)
    return tf.where(valid, result, float("inf"))


def similarities(target: Poses, sources: Poses, rig: rig_lib.Rig):
    """Returns the similarity of each piece from known poses to a new one.

    Args:
        target: One pose.
        sources: N poses.
        rig: The category's Q pieces.

    Returns:
        m and c, complex64 [N, Q]: a point z of the source maps to `m z + c`;
        and bool [N, Q], whether to keep the piece.
    """
    first, last = rig.ends[..., 0], rig.ends[..., 1]  # [Q, A]
    begin, end, shown = axes(target, rig, first, last)
    old_begin, old_end, old_shown = axes(sources, rig, first, last)
    anchor = tf.constant(first == last)
    long = _long(end - begin) & _long(old_end - old_begin)
    shown &= old_shown & (first >= 0) & (anchor | long)  # [N, Q, A]
    turn = _ratio(end - begin, old_end - old_begin, long)
    middle, old_middle = (begin + end) / 2, (old_begin + old_end) / 2
    shift = middle - turn * old_middle
    # The body is the first piece; it uses its first axis visible in both.
    crops_turn = _diagonal(target) / _diagonal(sources)  # [N]
    crops_shift = _center(target) - crops_turn * _center(sources)
    body_turn = _first(turn[:, 0], shown[:, 0], crops_turn)
    body_shift = _first(shift[:, 0], shown[:, 0], crops_shift)
    anchored = body_turn[:, tf.newaxis, tf.newaxis]
    turn = tf.where(anchor, anchored, turn)
    shift = tf.where(anchor, middle - anchored * old_middle, shift)
    return (
        _first(turn, shown, body_turn[:, tf.newaxis]),
        _first(shift, shown, body_shift[:, tf.newaxis]),
        tf.reduce_any(shown, -1) | tf.constant(rig.follows),
    )


def morph(piece_maps, sources: Poses, target: Poses, rig: rig_lib.Rig):
    """Returns the parts of known objects, morphed onto a new pose.

    Where pieces overlap, the highest part id wins, as in Fang et al.

    Args:
        piece_maps: uint8 [N, S, S]; 0 is no piece, q + 1 is piece q.
        sources: Their N poses.
        target: The new pose.
        rig: The category's Q pieces.

    Returns:
        uint8 [N, S, S], part ids, in the target's crop.
    """
    m, c, shown = similarities(target, sources, rig)
    ids = tf.constant([*range(1, len(rig.parts) + 1)], tf.uint8)
    pieces = piece_maps[:, tf.newaxis] == ids[:, tf.newaxis, tf.newaxis]
    labels = tf.constant(rig.parts, tf.uint8) * tf.cast(shown, tf.uint8)
    pieces = tf.cast(pieces, tf.uint8) * labels[..., tf.newaxis, tf.newaxis]
    size, new_size = sources.size, target.size
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.reshape(pieces, [-1, size, size, 1]),
        transforms=tf.reshape(_transforms(m, c, sources, target), [-1, 8]),
        output_shape=[new_size, new_size],
        fill_value=0.0,
        interpolation="NEAREST",
        fill_mode="CONSTANT",
    )
    moved = tf.reshape(moved, [-1, len(rig.parts), new_size, new_size])
    return tf.reduce_max(moved, axis=1)


def axes(pose: Poses, rig: rig_lib.Rig, first, last):
    """Returns the ends of axes, and whether both are visible in a pose.

    Args:
        pose: One pose or a batch.
        rig: The category's J points.
        first: int32 [..., any], indices of points. The results for negative
            indices are meaningless; the caller must ignore them.
        last: As `first`.

    Returns:
        begin and end, complex64, and bool; with the batch dimensions of the
        pose, then those of `first`.
    """
    weights = tf.constant(rig.weights)
    points = tf.linalg.matvec(tf.cast(weights, tf.complex64), pose.keypoints)
    hidden = tf.linalg.matvec(weights, tf.cast(~pose.visible, tf.float32))
    first, last = tf.maximum(first, 0), tf.maximum(last, 0)

    def take(values, indices):
        return tf.gather(values, indices, axis=-1)

    shown = take(hidden == 0, first) & take(hidden == 0, last)
    return take(points, first), take(points, last), shown


def _transforms(m, c, sources: Poses, target: Poses):
    # The image op maps output points to input points, both in pixels of crops:
    # the inverse, z = (w - c) / m.
    m, c = 1 / m, -c / m
    u, v = tf.math.real(m), tf.math.imag(m)
    p, q = tf.math.real(c), tf.math.imag(c)
    sx, sy = tf.unstack(sources.scale[:, tf.newaxis], axis=-1)  # [N, 1]
    tx, ty = tf.unstack(target.scale, axis=-1)
    a, b = u * tx / sx, -v * ty / sx
    d, e = v * tx / sy, u * ty / sy
    row = (a, b, p / sx + (a + b) / 2 - 0.5, d, e, q / sy + (d + e) / 2 - 0.5)
    return tf.stack([*row, tf.zeros_like(a), tf.zeros_like(a)], -1)


def _body_distances(target, sources, rig, common):
    # [M] each: distance by the first common axis of the body, and whether there
    # is one.
    first, last = rig.ends[0, rig.ends[0, :, 0] != rig.ends[0, :, 1]].T
    begin, end, shown = axes(target, rig, first, last)  # [A]
    old_begin, old_end, old_shown = axes(sources, rig, first, last)
    shown &= old_shown & _long(end - begin) & _long(old_end - old_begin)
    aligned = _align(target.keypoints, begin, end)  # [A, K]
    old_aligned = _align(sources.keypoints[:, tf.newaxis], old_begin, old_end)
    squared = _squared(aligned, old_aligned, common[:, tf.newaxis])  # [M, A]
    nothing = tf.zeros(tf.shape(squared)[:1])
    return _first(squared, shown, nothing), tf.reduce_any(shown, -1)


def _align(keypoints, begin, end):
    length = tf.cast(tf.maximum(abs(end - begin), _MIN_LENGTH), tf.complex64)
    return (keypoints - begin[..., tf.newaxis]) / length[..., tf.newaxis]


def _long(axis):
    return abs(axis) >= _MIN_LENGTH


def _ratio(a, b, defined):
    one = tf.ones([], tf.complex64)
    return tf.where(defined, a, one) / tf.where(defined, b, one)


def _first(values, shown, otherwise):
    # Along the last axis: the first value where `shown` is true.
    best = tf.argmax(tf.cast(shown, tf.int32), axis=-1)
    chosen = tf.gather(values, best, axis=-1, batch_dims=len(values.shape) - 1)
    return tf.where(tf.reduce_any(shown, -1), chosen, otherwise)


def _squared(a, b, common):
    common = tf.cast(common, tf.float32)
    total = tf.reduce_sum(abs(a - b) ** 2 * common, -1)
    return total / tf.maximum(tf.reduce_sum(common, -1), 1.0)


def _in_crop(pose: Poses):
    center, diagonal = _center(pose), _diagonal(pose)
    return (pose.keypoints - center[..., tf.newaxis]) / diagonal[
        ..., tf.newaxis
    ]


def _center(pose: Poses):
    x, y = tf.unstack(pose.scale * pose.size / 2, axis=-1)
    return tf.complex(x, y)


def _diagonal(pose: Poses):
    return tf.cast(abs(_center(pose)) * 2, tf.complex64)

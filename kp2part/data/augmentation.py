"""Augmentation: how far training examples are changed, and the op that does."""

import dataclasses

from kp2part.data import ops
from kp2part.schema import task as task_lib


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How far training examples are moved and recolored, at random.

    Attributes:
        flip: Probability of a mirror image, in [0, 1].
        rotation: Largest angle, in degrees.
        scale: Largest zoom in or out, as a share: 0.2 is 1/1.2 to 1.2 times.
        translation: Largest shift along x and y, as a share of the side.
        color: Largest change of brightness, contrast and saturation, as a
            share.
        keypoint_dropout: Share of the keypoints that are taken away.
        keypoint_jitter: Standard deviation of the shift of each keypoint along
            x and y, in pixels of a 256 px crop.
        elastic: Standard deviation of the shifts of an elastic warp, in pixels
            of a 256 px crop, in [0, 8].
    """

    flip: float = 0.5
    rotation: float = 0.0
    scale: float = 0.0
    translation: float = 0.0
    color: float = 0.0
    keypoint_dropout: float = 0.0
    keypoint_jitter: float = 0.0
    elastic: float = 0.0

    def __post_init__(self):
        if not 0 <= self.flip <= 1:
            raise ValueError(
                f"`flip` must be in [0, 1]. Received: flip={self.flip}"
            )
        for name in "scale", "translation", "color", "keypoint_dropout":
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ValueError(
                    f"`{name}` must be at least 0 and below 1. Received: "
                    f"{name}={value}"
                )
        for name in "rotation", "keypoint_jitter":
            value = getattr(self, name)
            if not value >= 0:
                raise ValueError(
                    f"`{name}` must be at least 0. Received: {name}={value}"
                )
        if not 0 <= self.elastic <= ops.LARGEST_ELASTIC:
            raise ValueError(
                f"`elastic` must be in [0, {ops.LARGEST_ELASTIC:g}], or the "
                f"image could fold. Received: elastic={self.elastic}"
            )


def make_augment(task: task_lib.Task, augmentation: Augmentation) -> ops.Op:
    """Returns an op that augments an example of the network's size.

    Args:
        task: Names to mirror.
        augmentation: How far.
    """
    steps = []
    if augmentation.flip:
        mirrors = task.category.keypoint_mirror, task.category.part_mirror
        steps.append(ops.make_flip(*mirrors, augmentation.flip))
    moves = augmentation.rotation, augmentation.scale, augmentation.translation
    if any(moves):
        steps.append(ops.make_affine(*moves))
    if augmentation.elastic:
        steps.append(ops.make_elastic(augmentation.elastic))
    if augmentation.color:
        steps.append(ops.make_color(augmentation.color))
    noise = augmentation.keypoint_dropout, augmentation.keypoint_jitter
    if any(noise):
        steps.append(ops.make_keypoint_noise(*noise))

    def augment(example):
        for step in steps:
            example = step(example)
        return example

    return augment

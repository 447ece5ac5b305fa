"""All random ops of training, in their order."""

from kp2part.data import augmentation as augmentation_lib
from kp2part.data.ops import affine
from kp2part.data.ops import color
from kp2part.data.ops import elastic
from kp2part.data.ops import example_op
from kp2part.data.ops import flip
from kp2part.data.ops import keypoint_noise
from kp2part.schema import task as task_lib


def make(
    task: task_lib.Task, strengths: augmentation_lib.Augmentation
) -> example_op.Op:
    """Returns an op that augments an example of the network's input size.

    Args:
        task: Names to mirror.
        strengths: How much.
    """
    steps = []
    if strengths.flip:
        mirrors = task.category.keypoint_mirror, task.category.part_mirror
        steps.append(flip.make(*mirrors, strengths.flip))
    moves = strengths.rotation, strengths.scale, strengths.translation
    if any(moves):
        steps.append(affine.make(*moves))
    if strengths.elastic:
        steps.append(elastic.make(strengths.elastic))
    if strengths.color:
        steps.append(color.make(strengths.color))
    noise = strengths.keypoint_dropout, strengths.keypoint_jitter
    if any(noise):
        steps.append(keypoint_noise.make(*noise))

    def augment(example):
        for step in steps:
            example = step(example)
        return example

    return augment

"""Pose-to-Part: keypoint heatmaps -> parts, without the image.

Alone it is the paper's baseline "Transform" (section 4.3).
"""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.schema import keys
from kp2part.schema import task as task_lib


def pose_to_part(
    heatmaps,
    num_parts: int,
    architecture: architecture_lib.Architecture,
    name: str,
):
    """Returns logits of the parts predicted from a pose.

    A U-Net with 5 residual blocks down and 5 up, and PixelShuffle (the paper,
    sections 3.1 and 4.2).

    Args:
        heatmaps: float32 [B, H, W, K]; H and W are multiples of 32.
        num_parts: P.
        architecture: Its widths, normalization and output stride.
        name: Name of the output.

    Returns:
        float32 [B, H / s, W / s, P], where s is the output stride.
    """
    widths, normalization = architecture.pose_widths, architecture.normalization
    skips = [heatmaps]
    for i, width in enumerate(widths, start=1):
        skips.append(
            blocks.residual_block(
                skips[-1], width, f"pose_down{i}", 2, normalization
            )
        )
    x = skips.pop()
    # At full resolution half the channels suffice: most of the cost is there.
    widths_up = (max(widths[0] // 2, 1), *widths[:-1])
    halvings = architecture.output_stride.bit_length() - 1
    for i in range(5, halvings, -1):
        x = blocks.pixel_shuffle(x, widths_up[i - 1], f"pose_shuffle{i}")
        x = keras.layers.Concatenate()([x, skips.pop()])
        x = blocks.residual_block(
            x, widths_up[i - 1], f"pose_up{i}", 1, normalization
        )
    return blocks.part_logits(x, num_parts, name)


def build(
    task: task_lib.Task, architecture: architecture_lib.Architecture
) -> keras.Model:
    """Returns the network: `heatmaps` -> `parts`."""
    size = task.image_size
    heatmaps = keras.Input((size, size, task.num_heatmaps), name="heatmaps")
    parts = pose_to_part(
        metadata.TaskLabel(task, name="task")(heatmaps),
        task.num_parts,
        architecture,
        keys.PARTS,
    )
    return keras.Model(
        {keys.HEATMAPS: heatmaps},
        {keys.PARTS: blocks.enlarge(parts, architecture.output_stride)},
        name="pose_to_part",
    )

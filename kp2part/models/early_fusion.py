"""Image and heatmaps stacked at the input of one U-Net, without Pose-to-Part.

A control that the paper lacks: it shows what the two branches add to a network
that simply takes the keypoints as input.
"""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import metadata
from kp2part.models import visual_evidence
from kp2part.schema import keys
from kp2part.schema import task as task_lib


def build(
    task: task_lib.Task, architecture: architecture_lib.Architecture
) -> keras.Model:
    """Returns the network: `image`, `heatmaps` -> `parts`."""
    size = task.image_size
    image = keras.Input((size, size, 3), name=keys.IMAGE)
    heatmaps = keras.Input((size, size, task.num_heatmaps), name=keys.HEATMAPS)
    parts = visual_evidence.visual_evidence(
        image,
        [],
        task.num_parts,
        architecture,
        keys.PARTS,
        stacked=metadata.TaskLabel(task, name="task")(heatmaps),
    )
    return keras.Model(
        {keys.IMAGE: image, keys.HEATMAPS: heatmaps},
        {keys.PARTS: parts},
        name="early_fusion",
    )

"""TernausNet: image -> parts, without keypoints.

The UNet16 with transposed convolutions of
[Shvets et al., 2018](https://arxiv.org/abs/1803.01207), the paper's third
baseline. 32,202,469 parameters with VGG-16, 32 filters and 5 parts.
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
    """Returns the network: `image` -> `parts`."""
    size = task.image_size
    image = keras.Input((size, size, 3), name=keys.IMAGE)
    parts = visual_evidence.visual_evidence(
        metadata.TaskLabel(task, name="task")(image),
        [],
        task.num_parts,
        architecture,
        keys.PARTS,
    )
    return keras.Model(
        {keys.IMAGE: image}, {keys.PARTS: parts}, name="ternausnet"
    )

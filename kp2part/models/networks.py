"""The networks, by name. All share the names of inputs and outputs."""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import early_fusion
from kp2part.models import kp2part
from kp2part.models import nearest_neighbor
from kp2part.models import pose_to_part
from kp2part.models import refinenet
from kp2part.models import ternausnet
from kp2part.schema import task as task_lib

BUILDERS = {
    "early_fusion": early_fusion.build,
    "kp2part": kp2part.build,
    "nearest_neighbor": nearest_neighbor.build,
    "pose_to_part": pose_to_part.build,
    "refinenet": refinenet.build,
    "ternausnet": ternausnet.build,
}


def build(
    name: str,
    task: task_lib.Task,
    architecture: architecture_lib.Architecture | None = None,
) -> keras.Model:
    """Returns a new functional model with random weights.

    Args:
        name: One of `BUILDERS`.
        task: Its task: numbers of keypoints and parts, input size.
        architecture: Its sizes; the paper's by default.

    Returns:
        A model from a dict of `image` (float32 [B, H, W, 3], RGB in 0..255),
        `heatmaps` (float32 [B, H, W, `task.num_heatmaps`], in [0, 1], see
        `heatmaps.draw_pose`) and `prior` (float32 [B, H, W, P], in [0, 1], see
        `prior_maps.average`) to a dict of float32 logits [B, H, W, P]: `parts`
        and, for `kp2part`, `pseudo_parts`. Each network has only the inputs
        that it uses.
    """
    if name not in BUILDERS:
        raise ValueError(
            f"`network` must be one of {sorted(BUILDERS)}. Received: "
            f"network={name!r}"
        )
    return BUILDERS[name](task, architecture or architecture_lib.Architecture())

"""The paper's full model: Pose-to-Part and Visual Evidence, trained jointly."""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.models import pose_to_part
from kp2part.models import visual_evidence
from kp2part.schema import keys
from kp2part.schema import task as task_lib


def build(
    task: task_lib.Task, architecture: architecture_lib.Architecture
) -> keras.Model:
    """Returns the network: `image`, `heatmaps` -> `pseudo_parts`, `parts`.

    Flat, not nested: layers are found by name, and gradients of `parts` reach
    Pose-to-Part (the paper, section 3.3).
    """
    size = task.image_size
    image = keras.Input((size, size, 3), name=keys.IMAGE)
    heatmaps = keras.Input((size, size, task.num_heatmaps), name=keys.HEATMAPS)
    pose = metadata.TaskLabel(task, name="task")(heatmaps)
    pseudo_parts = pose_to_part.pose_to_part(
        pose, task.num_parts, architecture, keys.PSEUDO_PARTS
    )
    # The paper does not say whether logits or probabilities. Probabilities do
    # not dominate the features, however large the logits grow.
    suggestion = keras.layers.Softmax(name="suggestion")(pseudo_parts)
    parts = visual_evidence.visual_evidence(
        image,
        [pose, suggestion],
        task.num_parts,
        architecture,
        keys.PARTS,
    )
    stride = architecture.output_stride
    return keras.Model(
        {keys.IMAGE: image, keys.HEATMAPS: heatmaps},
        {
            keys.PSEUDO_PARTS: blocks.enlarge(pseudo_parts, stride),
            keys.PARTS: parts,
        },
        name="kp2part",
    )

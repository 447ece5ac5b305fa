"""Networks so simple that it is known why they predict what they predict."""

import keras
import numpy as np

from kp2part.schema import keys
from kp2part.schema import task as task_lib
from tests import tiny

SIZE = 64
TASK = task_lib.Task(tiny.CATEGORY, SIZE, heatmap_sigma=24.0)


def of_keypoints() -> keras.Model:
    """Returns a network that sees part 1 around keypoint 0, 2 around 2."""
    image = keras.Input([SIZE, SIZE, 3], name=keys.IMAGE)
    maps = keras.Input([SIZE, SIZE, 3], name=keys.HEATMAPS)
    nothing = 0 * image[..., :1]
    logits = keras.ops.concatenate(
        [nothing + 0.5, maps[..., :1], maps[..., 2:]], -1
    )
    return keras.Model(
        {keys.IMAGE: image, keys.HEATMAPS: maps}, {keys.PARTS: logits}
    )


def of_pixels() -> keras.Model:
    """Returns a network whose logits are pixels, through a named layer."""
    image = keras.Input([SIZE, SIZE, 3], name=keys.IMAGE)
    maps = keras.Input([SIZE, SIZE, 3], name=keys.HEATMAPS)
    same = keras.layers.Conv2D(3, 1, use_bias=False, name="decoder0_conv")
    found = same(image)
    same.set_weights([np.eye(3)[np.newaxis, np.newaxis]])
    return keras.Model(
        {keys.IMAGE: image, keys.HEATMAPS: maps},
        {keys.PSEUDO_PARTS: maps * 1.0, keys.PARTS: found + maps},
    )

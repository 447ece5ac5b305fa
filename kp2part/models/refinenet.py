"""RefineNet: refines parts morphed from similar poses, given the image.

The refinement network of
[Fang et al., 2018](https://arxiv.org/abs/1805.04310), which is the generator of
[pix2pix](https://arxiv.org/abs/1611.07004). A baseline of the paper (section
4.3).
"""

import keras

from kp2part.models import architecture as architecture_lib
from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.models import palette
from kp2part.schema import keys
from kp2part.schema import task as task_lib

_NUM_DROPOUTS = 3
_MAX_HALVINGS = 8


def build(
    task: task_lib.Task, architecture: architecture_lib.Architecture
) -> keras.Model:
    """Returns the network: `image`, `prior` -> `parts`."""
    size = task.image_size
    image = keras.Input((size, size, 3), name=keys.IMAGE)
    prior = keras.Input((size, size, task.num_parts), name=keys.PRIOR)
    seen = keras.layers.Rescaling(1 / 127.5, -1.0, name="image_scale")(
        metadata.TaskLabel(task, name="task")(image)
    )
    known = metadata.KnownPoses(name="known_poses")(prior)
    fidelity = architecture.refine_head == "fidelity"
    if fidelity:
        known = palette.PaletteColors(name="prior_colors")(known)
    x = keras.layers.Concatenate()([seen, known])
    x = unet(x, size, 2 * architecture.num_filters)
    if fidelity:
        gray = keras.layers.Conv2D(
            1, 1, activation="tanh", dtype="float32", name="gray"
        )(x)
        parts = palette.PaletteLogits(
            task.num_parts, dtype="float32", name=keys.PARTS
        )(gray)
    else:
        parts = blocks.part_logits(x, task.num_parts, keys.PARTS)
    return keras.Model(
        {keys.IMAGE: image, keys.PRIOR: prior},
        {keys.PARTS: parts},
        name="refinenet",
    )


def unet(x, size: int, filters: int):
    """Returns features from the U-Net generator of pix2pix.

    Strided 4x4 convolutions down while the size is even, transposed ones up,
    and a skip at each scale. The last transposed convolution of pix2pix gives
    its output channels; here it gives features for a head.

    Args:
        x: [B, size, size, C].
        size: A multiple of 32.
        filters: Channels after the first downsampling (pix2pix: 64).

    Returns:
        [B, size, size, filters].
    """
    skips, side = [], size
    while side % 2 == 0 and len(skips) < _MAX_HALVINGS:
        side //= 2
        i = len(skips)
        x = keras.layers.LeakyReLU(0.2)(x) if i else x
        x = _convolve(x, filters * min(2**i, 8), f"down{i}")
        innermost = side % 2 or i == _MAX_HALVINGS - 1
        skips.append(x if innermost or not i else _instance_norm(x))
        x = skips[-1]
    for i in range(len(skips) - 1, -1, -1):
        # Skip at the same scale, except at the bottleneck.
        if i < len(skips) - 1:
            x = keras.layers.Concatenate()([x, skips[i]])
        x = keras.layers.ReLU()(x)
        width = filters * min(2 ** max(i - 1, 0), 8)
        x = _convolve(x, width, f"up{i}", keras.layers.Conv2DTranspose)
        if i:
            x = _instance_norm(x)
        if len(skips) - 1 - _NUM_DROPOUTS <= i < len(skips) - 1 and i:
            x = keras.layers.Dropout(0.5)(x)
    return keras.layers.ReLU()(x)


def _convolve(x, filters: int, name: str, kind=keras.layers.Conv2D):
    return kind(
        filters,
        4,
        strides=2,
        padding="same",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        name=name,
    )(x)


def _instance_norm(x):
    return keras.layers.GroupNormalization(-1, center=False, scale=False)(x)

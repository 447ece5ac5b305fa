"""Which records a run is trained and validated on."""

import dataclasses

from kp2part.system import settings


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which records a run is trained and validated on.

    See `training.splits`. The help of each field describes it.
    """

    tfrecords: str = settings.field(
        dataclasses.MISSING, "Directory written by tfrecords_tools.build."
    )
    extra_tfrecords: tuple[str, ...] = settings.field(
        (),
        "Directories with further objects to train on, with masks that "
        "kp2part.transfer made, or others: all their splits, but no photo "
        "that is trained or validated on already.",
    )
    train_split: str = settings.field(
        "train",
        "Split to train on. Where the records have neither train nor val, four "
        "fifths of the photos are trained on, as with --fold=0.",
    )
    val_split: str = settings.field("val", "Split to select the best epoch on.")
    fold: int | None = settings.field(
        None,
        "Instead of the named splits, validate on this fold of the photos of "
        "all splits and train on the others. With 5 folds that is 80/20.",
        minimum=0,
    )
    num_folds: int = settings.field(5, "Number of folds.", minimum=2)
    folds: str | None = settings.field(
        None,
        "With --fold: folds.json of an earlier run, whose photos keep their "
        "folds when data is added.",
    )
    classes: tuple[str, ...] = settings.field(
        (), "Train and validate only on these classes; all if empty."
    )
    holdout_class: str | None = settings.field(
        None, "Validate only on this class, and train on all others."
    )
    train_fraction: float = settings.field(
        1.0,
        "Train on this fraction of the training objects; a smaller fraction is "
        "a subset of a larger one.",
        above=0,
        maximum=1,
    )

    def __post_init__(self):
        settings.check(self)
        if self.classes and self.holdout_class:
            raise ValueError(
                "`classes` and `holdout_class` are mutually exclusive. "
                f"Received: classes={','.join(self.classes)}, "
                f"holdout_class={self.holdout_class!r}"
            )
        if self.folds and self.fold is None:
            raise ValueError(
                "`folds` requires `fold`. Received: "
                f"folds={self.folds}, fold=None"
            )
        if self.fold is not None and self.fold >= self.num_folds:
            raise ValueError(
                f"`fold` must be below num_folds={self.num_folds}. Received: "
                f"fold={self.fold}"
            )

"""The runs of the campaign, the most valuable first."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import pathlib

_CONFIGS = pathlib.Path(__file__).parents[2] / "configs"
_NUM_FOLDS = 5
# TernausNet, Transform and the full model.
_SYSTEMS = "ternausnet", "pose_to_part", "kp2part"


@dataclasses.dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        name: Of its directory.
        category: Of the records to train on.
        encoder: Whose weights it starts from.
        config: File of flags, in configs/.
        flags: Flags that override it.
        image_size: Side of the crops, in pixels.
        validate_every: In epochs: validation takes time, too.
        epochs: How many it should have.
        least: With fewer than these it is not worth its time.
    """

    name: str
    category: str
    encoder: str
    config: str
    flags: tuple[str, ...]
    image_size: int
    validate_every: int
    epochs: int
    least: int

    def command(self, records: str, weights: str, epochs: int) -> list[str]:
        """Returns the flags of `kp2part.trial`.

        Args:
            records: Directory of its records.
            weights: File of its encoder's weights.
            epochs: Number of epochs.
        """
        has_encoder = "--network=pose_to_part" not in self.flags
        return [
            f"--flagfile={_CONFIGS / self.config}",
            f"--encoder={self.encoder}",
            *self.flags,
            f"--image_size={self.image_size}",
            f"--tfrecords={records}",
            f"--encoder_weights={weights if has_encoder else 'none'}",
            f"--epochs={epochs}",
            f"--validate_every={self.validate_every}",
            "--input=memory",
        ]


def make() -> list[Run]:
    """Returns all runs, the most valuable first."""
    return [*_recipe(), *_folds()]


def missing(
    run: Run, records: Mapping[str, str], weights: Mapping[str, str]
) -> str | None:
    """Returns what a run lacks, in words; None if it can be begun."""
    if run.category not in records:
        return f"no records of {run.category}"
    if run.encoder not in weights:
        return f"no weights of {run.encoder}"
    return None


def _recipe() -> Iterator[Run]:
    """Yields the models that could be shipped, after a look at the speed."""
    yield _best("quadruped", "efficientnet_lite0", 192, 30)
    for encoder in "efficientnet_lite0", "efficientnet_lite2":
        for size in 256, 320:
            for category in "person", "quadruped":
                yield _best(category, encoder, size, 60)


def _best(category: str, encoder: str, size: int, epochs: int) -> Run:
    return Run(
        f"best_{category}_{encoder}_{size}",
        category,
        encoder,
        "best.flags",
        (),
        size,
        3,
        epochs,
        least=20,
    )


def _folds() -> Iterator[Run]:
    """Yields the paper's configuration; fold by fold, to compare systems."""
    for fold in range(_NUM_FOLDS):
        for network in _SYSTEMS:
            yield Run(
                f"paper_{network}_fold{fold}",
                "quadruped",
                "vgg16",
                "paper.flags",
                (f"--network={network}", f"--fold={fold}"),
                image_size=256,
                validate_every=1000,  # Only the last is scored.
                epochs=20,
                least=8,
            )


def dry(runs: list[Run]) -> list[Run]:
    """Returns runs of two steps, one of each kind, for any machine."""
    return [
        dataclasses.replace(
            run,
            flags=(*run.flags, "--batch_size=2"),
            image_size=64,
            epochs=1,
            least=1,
        )
        for run in runs
        if run.name.endswith(("192", "256", "fold0"))
    ]

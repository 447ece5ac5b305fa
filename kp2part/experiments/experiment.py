"""What an experiment compares, and the runs that it takes."""

import dataclasses

from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import labels
from kp2part.experiments import protocols
from kp2part.system import settings
from kp2part.training import config as config_lib


@dataclasses.dataclass(frozen=True)
class Experiment:
    """Which systems are compared, and how; see the help of each field."""

    systems: tuple[str, ...] = settings.field(
        ("kp2part", "ternausnet", "pose_to_part"),
        "Names of networks, or paths of .flags files.",
    )
    protocol: str = settings.field(
        "split",
        "Which runs to compare, see above.",
        choices=("split", "folds", "holdout", "alone", "fractions"),
    )
    seeds: tuple[int, ...] = settings.field(
        (0,),
        "Seeds; each is a run. All protocols but folds have them.",
        minimum=0,
        maximum=2**31 - 1,
    )
    train_fractions: tuple[float, ...] = settings.field(
        (0.05, 0.1, 0.25, 0.5, 1.0),
        "Fractions of the training objects, for --protocol=fractions.",
        above=0,
        maximum=1,
        only_with={"protocol": "fractions"},
    )
    labels: str = settings.field(
        "pseudo",
        "What the masks of the records are: true (drawn by hand, as "
        "Pascal-Part's) or pseudo (made by a rule). It decides what tables and "
        "charts call a score; with true, the paper's figures stand beside "
        "those of its own protocol, folds.",
        choices=tuple(labels.KINDS),
    )
    num_examples: int = settings.field(
        5,
        "Rows of examples.png of each group: the same validation examples with "
        "the predictions of all systems. 0 makes none.",
        minimum=0,
    )

    def __post_init__(self):
        settings.check(self)

    def runs(
        self, config: config_lib.TrainConfig, manifest: manifest_lib.Manifest
    ) -> list[protocols.Run]:
        """Returns the runs that it takes.

        Args:
            config: What all runs share.
            manifest: The records.
        """
        classes = manifest.category.classes
        steps = config.loop.epochs, config.optimization.warmup_epochs
        if self.protocol == "folds":
            num_folds = config.selection.num_folds
            return protocols.folds(self.systems, num_folds, classes)
        if self.protocol == "holdout":
            return protocols.holdout(self.systems, self.seeds, classes)
        if self.protocol == "fractions":
            return protocols.fractions(
                self.systems, self.seeds, self.train_fractions, *steps
            )
        if self.protocol == "alone":
            fractions = class_fractions(manifest, config.selection.train_split)
            return protocols.alone(self.systems, self.seeds, fractions, *steps)
        return protocols.split(self.systems, self.seeds)


def class_fractions(
    manifest: manifest_lib.Manifest, split: str
) -> dict[str, float]:
    """Returns what fraction of a split's objects is of each of its classes."""
    total = manifest.split(split).num_records
    kept = {k: v["kept"] for k, v in manifest.table[split].items()}
    return {name: count / total for name, count in kept.items() if count}

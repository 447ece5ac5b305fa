"""The runs of each protocol, as flags of `kp2part.trial`."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import pathlib
import re

POOLED = "all"  # The group of all classes together.


@dataclasses.dataclass(frozen=True)
class Run:
    """One network, trained and scored once.

    Attributes:
        group: Runs are compared within a group, such as a class or a fraction
            of the training objects.
        system: Name of the network, or of a flagfile.
        repeat: Fold or seed: the standard deviation over these is reported.
        flags: Flags that override those common to all runs.
    """

    group: str
    system: str
    repeat: str
    flags: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its directory, relative to that of the experiment."""
        return f"{self.group}/{self.system}/{self.repeat}"


def system_name(system: str) -> str:
    """Returns the name of a system: its network or flagfile."""
    return pathlib.Path(system).stem


def split(systems: Sequence[str], seeds: Sequence[int]) -> list[Run]:
    """Returns runs on the named splits, one for each seed."""
    return [
        _run(POOLED, system, f"seed{seed}", f"--seed={seed}")
        for seed in seeds
        for system in systems
    ]


def folds(
    systems: Sequence[str], num_folds: int, classes: Sequence[str]
) -> list[Run]:
    """Returns the paper's runs: all classes pooled, and each class alone.

    Section 4.1 of the paper: random 80/20 splits, in 5 folds.
    """
    fold_flags = [
        (f"--fold={i}", f"--num_folds={num_folds}") for i in range(num_folds)
    ]
    return [
        _run(group, system, f"fold{i}", *flags, *of_class)
        for group, of_class in (
            (POOLED, ()),
            *((name, (f"--classes={name}",)) for name in classes),
        )
        for i, flags in enumerate(fold_flags)
        for system in systems
    ]


def holdout(
    systems: Sequence[str], seeds: Sequence[int], classes: Sequence[str]
) -> list[Run]:
    """Returns runs that train on all classes but one, which is scored."""
    return [
        _run(
            f"without_{name}",
            system,
            f"seed{seed}",
            f"--holdout_class={name}",
            f"--seed={seed}",
        )
        for name in classes
        for seed in seeds
        for system in systems
    ]


def fractions(
    systems: Sequence[str],
    seeds: Sequence[int],
    values: Sequence[float],
    epochs: int,
    warmup_epochs: int,
) -> list[Run]:
    """Returns runs that train on a fraction of the training objects.

    Each takes as many steps as a run of `epochs` epochs (`warmup_epochs` of
    them for warm-up) on all objects, and so repeats its objects more often.
    """
    return [
        _run(
            fraction_group(value),
            system,
            f"seed{seed}",
            f"--train_fraction={value}",
            *_equal_steps(value, epochs, warmup_epochs),
            f"--seed={seed}",
        )
        for value in values
        for seed in seeds
        for system in systems
    ]


def alone(
    systems: Sequence[str],
    seeds: Sequence[int],
    class_fractions: Mapping[str, float],
    epochs: int,
    warmup_epochs: int,
) -> list[Run]:
    """Returns runs that train on one class and are scored on it.

    Each takes as many steps as a run of `epochs` epochs on all classes pooled,
    so that only the examples differ. `class_fractions` has the fraction of the
    training objects that is of each class.
    """
    return [
        _run(
            name,
            system,
            f"seed{seed}",
            f"--classes={name}",
            *_equal_steps(value, epochs, warmup_epochs),
            f"--seed={seed}",
        )
        for name, value in class_fractions.items()
        for seed in seeds
        for system in systems
    ]


def fraction_group(value: float) -> str:
    """Returns the name of the group that trains on a fraction in (0, 1]."""
    return f"fraction{round(100 * value):03d}"


def _equal_steps(fraction, epochs, warmup_epochs):
    return (
        f"--epochs={round(epochs / fraction)}",
        f"--warmup_epochs={round(warmup_epochs / fraction)}",
        f"--validate_every={round(epochs / fraction)}",
    )


def _run(group: str, system: str, repeat: str, *flags: str) -> Run:
    if system.endswith(".flags"):
        chosen = f"--flagfile={system}"
    elif re.fullmatch("[a-z_0-9]+", system):
        chosen = f"--network={system}"
    else:
        raise ValueError(
            "`systems` must be names of networks or paths of .flags files. "
            f"Received: {system!r}"
        )
    return Run(group, system_name(system), repeat, (chosen, *flags))

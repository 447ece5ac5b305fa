"""Which examples a run learns from, and which it is validated on."""

import dataclasses
import json
import pathlib

from kp2part.data import example_set
from kp2part.data import folds
from kp2part.data import manifest as manifest_lib
from kp2part.system import atomic
from kp2part.training import config as config_lib


def choose(
    config: config_lib.TrainConfig, manifest: manifest_lib.Manifest
) -> tuple[example_set.Examples, example_set.Examples]:
    """Returns the examples to learn from and those to validate on.

    With folds it also writes `folds.json` into the workdir.

    Raises:
        ValueError: No such class in the category.
    """
    known = manifest.category.classes
    holdout = (config.holdout_class,) if config.holdout_class else ()
    for name in (*config.classes, *holdout):
        if name not in known:
            raise ValueError(
                f"`classes` and `holdout_class` must be of {list(known)}. "
                f"Received: {name!r}"
            )
    learned = frozenset(config.classes or known) - frozenset(holdout)
    validated = frozenset(holdout or learned)
    training, validation = _splits(config, manifest)
    return (
        dataclasses.replace(
            training,
            classes=None if learned == frozenset(known) else learned,
            share=config.train_share,
            seed=config.seed,
        ),
        dataclasses.replace(
            validation,
            classes=None if validated == frozenset(known) else validated,
        ),
    )


def _splits(
    config: config_lib.TrainConfig, manifest: manifest_lib.Manifest
) -> tuple[example_set.Examples, example_set.Examples]:
    if config.fold is None:
        return tuple(
            example_set.Examples(manifest, (split,))
            for split in (config.train_split, config.val_split)
        )
    previous = folds.load(config.folds) if config.folds else None
    dealt = example_set.deal_folds(manifest, config.num_folds, previous)
    atomic.write_text(
        pathlib.Path(config.workdir) / "folds.json",
        json.dumps(dealt, indent=0, sort_keys=True),
    )
    return example_set.fold_examples(manifest, dealt, config.fold)

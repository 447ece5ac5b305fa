"""Which examples a run trains on, and which it is validated on."""

from collections.abc import Mapping
import dataclasses

from absl import logging

from kp2part.data import example_folds
from kp2part.data import example_set
from kp2part.data import folds
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import selection as selection_lib
from kp2part.training import extra_examples

_NUM_FOLDS = 5


@dataclasses.dataclass(frozen=True)
class Splits:
    """The two sets of a run.

    Attributes:
        training: The examples to train on.
        validation: The examples to validate on.
        folds: The fold of each photo, if the sets are folds.
    """

    training: example_set.Examples
    validation: example_set.Examples
    folds: Mapping[str, int] | None = None


def choose(
    selection: selection_lib.Selection,
    manifest: manifest_lib.Manifest,
    seed: int = 0,
) -> Splits:
    """Returns the examples to train on and those to validate on.

    Args:
        selection: Which examples.
        manifest: The records.
        seed: Seed that draws a fraction of the training objects.

    Raises:
        ValueError: No such split, or no such class in the category.
    """
    known = manifest.category.classes
    holdout = (selection.holdout_class,) if selection.holdout_class else ()
    for name in (*selection.classes, *holdout):
        if name not in known:
            raise ValueError(
                f"`classes` and `holdout_class` must be in {list(known)}. "
                f"Received: {name!r}"
            )
    learned = frozenset(selection.classes or known) - frozenset(holdout)
    validated = frozenset(holdout or learned)
    found = _of_photos(selection, manifest)
    chosen = dataclasses.replace(
        found,
        training=dataclasses.replace(
            found.training,
            classes=None if learned == frozenset(known) else learned,
            fraction=selection.train_fraction,
            seed=seed,
        ),
        validation=dataclasses.replace(
            found.validation,
            classes=None if validated == frozenset(known) else validated,
        ),
    )
    directories = selection.extra_tfrecords
    training = extra_examples.add(
        chosen.training, chosen.validation, directories
    )
    return dataclasses.replace(chosen, training=training)


def check(chosen: Splits):
    """Checks that there is something to validate on, and all shards are whole.

    Raises:
        ValueError: There is not; or see `integrity.check`.
    """
    names = (*chosen.training.splits, *chosen.validation.splits)
    integrity.check(chosen.training.manifest, dict.fromkeys(names))
    for more in chosen.training.extra:
        integrity.check(more.manifest, more.splits)
    if not chosen.validation.count():
        raise ValueError(
            f"{chosen.validation.manifest.directory}: no example is left to "
            "validate on. Choose other splits, folds or classes."
        )


def _of_photos(
    selection: selection_lib.Selection, manifest: manifest_lib.Manifest
) -> Splits:
    if _has_no_split(selection, manifest):
        dealt = example_folds.deal(manifest, _NUM_FOLDS, None)
        logging.info(
            "%s: has no splits train and val. Training on four fifths of the "
            "photos, validating on the others: --fold=0.",
            manifest.directory,
        )
        return Splits(*example_folds.split(manifest, dealt, 0), dealt)
    if selection.fold is None:
        return Splits(
            example_set.Examples(manifest, (selection.train_split,)),
            example_set.Examples(manifest, (selection.val_split,)),
        )
    previous = folds.load(selection.folds) if selection.folds else None
    dealt = example_folds.deal(manifest, selection.num_folds, previous)
    sets = example_folds.split(manifest, dealt, selection.fold)
    return Splits(*sets, folds=dealt)


def _has_no_split(
    selection: selection_lib.Selection, manifest: manifest_lib.Manifest
) -> bool:
    """Returns whether the records have no splits, and none are asked for."""
    wanted = {selection.train_split, selection.val_split}
    return (
        selection.fold is None
        and wanted == {"train", "val"}
        and wanted.isdisjoint(manifest.splits)
    )

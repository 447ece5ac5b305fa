"""Further objects to train on, such as those that `kp2part.transfer` labeled.

Their masks may be worse than those of the records, and their photos are often
the same: a photo that the records have is never taken from elsewhere.
"""

from collections.abc import Sequence
import dataclasses

from absl import logging

from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.schema import task as task_lib


def add(
    training: example_set.Examples,
    validation: example_set.Examples,
    directories: Sequence[str],
) -> example_set.Examples:
    """Returns the training examples with those of further directories.

    Args:
        training: The training examples.
        validation: Those to validate on: no photo of theirs is trained on.
        directories: Each with a manifest; all their splits are taken.

    Raises:
        ValueError: A directory has other keypoints, parts or crops, or nothing
            is left of it.
    """
    if not directories:
        return training
    taken = {x.image_id for x in validation.origins()}
    known = {x.image_id for x in training.origins()}
    extra = []
    for directory in directories:
        more = _read(directory, training)
        extra.append(_without(more, taken, known))
        known |= {x.image_id for x in extra[-1].origins()}
    return dataclasses.replace(training, extra=tuple(extra))


def _read(
    directory: str, training: example_set.Examples
) -> example_set.Examples:
    manifest = manifest_lib.load(directory)
    ours = training.manifest
    task = task_lib.Task(ours.category)
    task.check_category(manifest.category, directory)
    for name in "context", "aspect":
        wanted, found = getattr(ours, name), getattr(manifest, name)
        if found != wanted:
            raise ValueError(
                f"{directory}: `{name}` must be that of {ours.directory}, "
                f"{wanted!r}. Received: {found!r}"
            )
    names = tuple(manifest.splits)
    return example_set.Examples(manifest, names, classes=training.classes)


def _without(
    more: example_set.Examples, taken: set[str], known: set[str]
) -> example_set.Examples:
    """Returns the examples of other photos, and says how many are left out."""
    origins = more.origins()
    kept = [x for x in origins if x.image_id not in taken | known]
    directory = more.manifest.directory
    validated = sum(x.image_id in taken for x in origins)
    logging.info(
        "%s: %d further objects to train on. Left out: %d in photos that are "
        "validated on, %d in photos that are trained on already.",
        directory, len(kept), validated, len(origins) - len(kept) - validated,
    )  # fmt: skip
    if not kept:
        raise ValueError(
            f"{directory}: no object is left to train on: all its photos are "
            "trained or validated on already."
        )
    return dataclasses.replace(
        more, image_ids=frozenset(x.image_id for x in kept)
    )

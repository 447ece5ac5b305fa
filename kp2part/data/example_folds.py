"""Folds of the examples of a directory, for cross-validation."""

import collections
from collections.abc import Mapping
from collections.abc import Sequence

from kp2part.data import example_set
from kp2part.data import folds
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_index


def classes_of_images(
    manifest: manifest_lib.Manifest, splits: Sequence[str]
) -> dict[str, str]:
    """Returns each photo's most frequent class, by its id."""
    classes = collections.defaultdict(collections.Counter)
    for origin in record_index.read(manifest, splits):
        classes[origin.image_id][origin.class_name] += 1
    # Ties go to the first name: Counter would depend on the reading order.
    return {
        image: min(counts, key=lambda c: (-counts[c], c))
        for image, counts in classes.items()
    }


def deal(
    manifest: manifest_lib.Manifest,
    num_folds: int,
    previous: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Returns the fold of each photo of all splits, see `folds.deal`."""
    classes = classes_of_images(manifest, tuple(manifest.splits))
    return folds.deal(classes, num_folds, previous=previous)


def split(
    manifest: manifest_lib.Manifest, dealt: Mapping[str, int], fold: int
) -> tuple[example_set.Examples, example_set.Examples]:
    """Returns the examples outside a fold, and those in it.

    Args:
        manifest: The directory of records; all splits are used.
        dealt: The fold of each photo.
        fold: Number of the fold to hold out.
    """
    held_out = frozenset(i for i, f in dealt.items() if f == fold)
    names = tuple(manifest.splits)
    return (
        example_set.Examples(manifest, names, frozenset(dealt) - held_out),
        example_set.Examples(manifest, names, held_out),
    )

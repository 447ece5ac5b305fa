"""Whether a network has learned from the photos that it is judged by."""

from collections.abc import Mapping
import dataclasses

import keras

from kp2part.data import example_set
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.models import metadata
from kp2part.models import trained_photos

# The split that networks are judged by, unless one is named.
VAL = "val"


def count(
    model: keras.Model, examples: example_set.Examples
) -> dict[str, int | None]:
    """Returns how many photos there are, and how many were trained on.

    Photos are compared by their ids.

    Returns:
        `num_photos`, and `num_trained_photos`, None if that is not known.
    """
    photos = {origin.image_id for origin in examples.origins()}
    known = metadata.label_of(model).photos or trained_photos.UNKNOWN
    return {
        "num_photos": len(photos),
        "num_trained_photos": known.count(photos),
    }


def unseen(
    model: keras.Model, manifest: manifest_lib.Manifest
) -> example_set.Examples:
    """Returns the examples whose photos a network was not trained on.

    Raises:
        ValueError: There are none, or that is not known; or see
            `integrity.check`.
    """
    splits = tuple(manifest.splits)
    integrity.check(manifest, splits)
    examples = example_set.Examples(manifest, splits)
    known = metadata.label_of(model).photos or trained_photos.UNKNOWN
    photos = {origin.image_id for origin in examples.origins()}
    new = known.unseen(photos)
    if not (known.is_complete and new):
        raise ValueError(
            f"{manifest.directory}: has no split {VAL!r}, and no photos that "
            "the network is known not to be trained on. Choose a --split. "
            f"Found: {', '.join(splits)}"
        )
    return dataclasses.replace(examples, image_ids=new)


def sentence(scores: Mapping) -> str:
    """Returns what must be said of scores with the numbers of `count`.

    Those of an earlier version lack them.
    """
    trained = scores.get("num_trained_photos")
    if trained is None:
        return "Whether the network was trained on these photos is not known."
    photos = scores["num_photos"]
    if not trained:
        return f"The network was trained on none of these {photos} photos."
    return (
        f"The network was trained on {trained} of these {photos} photos: these "
        "scores do not say how good it is on new ones."
    )

"""Whether a network has learned from the photos that it is judged by."""

from collections.abc import Mapping

import keras

from kp2part.data import example_set
from kp2part.models import metadata
from kp2part.models import trained_photos


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

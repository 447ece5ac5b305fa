"""Finds the files of each photo of a build, split by split."""

from collections.abc import Mapping
import itertools

from kp2part.formats.masks import photo_objects
from kp2part.formats.names import identity
from kp2part.formats.pascal import voc
from tfrecords_tools.building import inputs as inputs_lib


def splits(
    inputs: inputs_lib.Inputs, masks: photo_objects.PartMasks
) -> Mapping[str, list[str]]:
    """Returns the ids of photos with masks in each split, sorted.

    An id of an image set without masks stays as it is.

    Raises:
        ValueError: An image set is invalid.
    """
    if inputs.image_sets is None:
        return {"all": sorted(masks.ids)}
    listed = voc.read_image_sets(inputs.image_sets)
    found = {
        split: sorted(masks.find_id(name) or name for name in names)
        for split, names in listed.items()
    }
    if twice := identity.twice(itertools.chain(*found.values())):
        raise ValueError(
            f"{inputs.image_sets}: must not list images twice: {twice[:5]}"
        )
    return found

"""A set of examples as arrays: read, decoded and resized once."""

from collections.abc import Iterator
import dataclasses

from absl import logging
import numpy as np

from kp2part.data import example_set
from kp2part.data.in_memory import decoding
from kp2part.system import memory

# The rest is for the network, and for the batches.
_LARGEST_SHARE = 0.8


@dataclasses.dataclass(frozen=True)
class ExampleArrays:
    """N examples of a network's size.

    Attributes:
        images: uint8 [N, S, S, 3], RGB.
        part_masks: uint8 [N, S, S], part ids or `keys.IGNORE_LABEL`.
        keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels.
    """

    images: np.ndarray
    part_masks: np.ndarray
    keypoints: np.ndarray

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the arrays of some examples: images, masks, keypoints."""
        return (
            self.images[indices],
            self.part_masks[indices],
            self.keypoints[indices],
        )


def check_memory(count: int, num_keypoints: int, size: int):
    """Checks that so many examples fit into memory, and says what they take.

    Args:
        count: Number of examples, of all sets.
        num_keypoints: K.
        size: Side S of the crops, in pixels.

    Raises:
        ValueError: They do not fit.
    """
    needed = count * (4 * size * size + 12 * num_keypoints)
    free = memory.available()
    told = f"{count} examples of {size} px take {memory.gibibytes(needed)}"
    if free is not None and needed > _LARGEST_SHARE * free:
        raise ValueError(
            f"With input=memory all examples must fit into "
            f"{_LARGEST_SHARE:.0%} of the free memory, "
            f"{memory.gibibytes(free)}. Received: {told}. Use --input=stream, "
            "a smaller --image_size or fewer examples."
        )
    logging.info("%s of memory.", told)


def load(examples: example_set.Examples, size: int) -> ExampleArrays:
    """Returns a set of examples, decoded.

    Args:
        examples: What to read; without priors.
        size: Side S of the crops, in pixels.

    Raises:
        ValueError: A record is damaged; the message names the file, the record
            and the field.
    """
    num_keypoints = len(examples.manifest.category.keypoints)
    count = examples.count()
    arrays = ExampleArrays(
        np.empty([count, size, size, 3], np.uint8),
        np.empty([count, size, size], np.uint8),
        np.empty([count, num_keypoints, 3], np.float32),
    )
    for i, crop in enumerate(_crops(examples, num_keypoints, size)):
        arrays.images[i], arrays.part_masks[i], arrays.keypoints[i] = crop
    return arrays


def _crops(
    examples: example_set.Examples, num_keypoints: int, size: int
) -> Iterator[decoding.Crop]:
    for place, record in examples.records():
        try:
            yield decoding.decode(record, num_keypoints, size)
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from error

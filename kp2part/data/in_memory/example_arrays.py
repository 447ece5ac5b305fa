"""A set of examples as arrays: read, decoded and resized once."""

from collections.abc import Iterator
import dataclasses
import itertools

from absl import logging
import numpy as np

from kp2part.data import example_set
from kp2part.data.in_memory import decoding
from kp2part.schema import keys
from kp2part.system import memory

# The rest is for the network, and for the batches.
_LARGEST_SHARE = 0.8


@dataclasses.dataclass(frozen=True)
class ExampleArrays:
    """N examples of a network's size, of which n are held.

    Attributes:
        images: uint8 [n, S, S, 3], RGB.
        part_masks: uint8 [n, S, S], part ids or `keys.IGNORE_LABEL`.
        keypoints: float32 [n, K, 3], rows of (x, y, v), in pixels.
        numbers: int64 [n], ascending: which of the N are held.
        count: N.
    """

    images: np.ndarray
    part_masks: np.ndarray
    keypoints: np.ndarray
    numbers: np.ndarray
    count: int

    def __len__(self) -> int:
        return self.count

    def take(
        self, numbers: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the arrays of some examples: images, masks, keypoints.

        Args:
            numbers: int64 [b]: which of the N, all of them held. -1 stands for
                no example: a black image without keypoints, all of whose pixels
                are ignored.

        Raises:
            ValueError: One is not held.
        """
        numbers = np.asarray(numbers)
        places = np.searchsorted(self.numbers, numbers)
        places = np.minimum(places, len(self.numbers) - 1)
        none = numbers < 0
        if (lost := numbers[~none & (self.numbers[places] != numbers)]).size:
            raise ValueError(
                "The examples must be held by this process. Received: "
                f"{lost.tolist()!s:.80}"
            )
        images, masks, keypoints = (
            values[places]
            for values in (self.images, self.part_masks, self.keypoints)
        )
        images[none], masks[none], keypoints[none] = 0, keys.IGNORE_LABEL, 0
        return images, masks, keypoints


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


def load(
    examples: example_set.Examples,
    size: int,
    numbers: np.ndarray | None = None,
) -> ExampleArrays:
    """Returns a set of examples, decoded.

    Args:
        examples: What to read; without priors.
        size: Side S of the crops, in pixels.
        numbers: int64 [n], ascending: which of them to hold. By default all.

    Raises:
        ValueError: A record is damaged; the message names the file, the record
            and the field.
    """
    num_keypoints = len(examples.manifest.category.keypoints)
    total = examples.count()
    held = np.arange(total) if numbers is None else numbers
    count = len(held)
    arrays = ExampleArrays(
        np.empty([count, size, size, 3], np.uint8),
        np.empty([count, size, size], np.uint8),
        np.empty([count, num_keypoints, 3], np.float32),
        held,
        total,
    )
    for i, crop in enumerate(_crops(examples, held, num_keypoints, size)):
        arrays.images[i], arrays.part_masks[i], arrays.keypoints[i] = crop
    return arrays


def _crops(
    examples: example_set.Examples,
    held: np.ndarray,
    num_keypoints: int,
    size: int,
) -> Iterator[decoding.Crop]:
    is_held = np.zeros(examples.count(), bool)
    is_held[held] = True
    for place, record in itertools.compress(examples.records(), is_held):
        try:
            yield decoding.decode(record, num_keypoints, size)
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from error

"""The part of each batch that one of several processes makes."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Share:
    """The part of each batch that a process makes: an equal one.

    Attributes:
        index: Number of the process, from 0.
        count: Number of processes.
        multiple: The number of examples of a batch is a multiple of this; that
            of processes divides it.
    """

    index: int = 0
    count: int = 1
    multiple: int = 1

    def __post_init__(self):
        if not 0 <= self.index < self.count or self.multiple % self.count:
            raise ValueError(
                "`index` must be in 0..count-1, and `count` must divide "
                f"`multiple`. Received: {self}"
            )

    def of(self, values: np.ndarray) -> np.ndarray:
        """Returns the part of the values of a batch [B, ...]: [B / count, ...].

        B must be a multiple of `count`.
        """
        size = len(values) // self.count
        return values[self.index * size : (self.index + 1) * size]

    def padded(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the numbers of examples, followed by -1 up to a multiple."""
        missing = -len(numbers) % self.multiple
        return np.pad(numbers, (0, missing), constant_values=-1)


WHOLE = Share()

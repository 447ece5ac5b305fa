"""What `model.fit` is fed with, from either kind of input."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Feed:
    """The batches of a run, for `model.fit`.

    Attributes:
        training: From a number of steps, to batches without end that are the
            same as if so many steps had been taken.
        validation: Batches of all validation examples.
        first: The first batch of them.
        pictured: Some validation examples under the keys of `schema`, with the
            inputs of the network, to draw.
    """

    training: Callable[[int], Any]
    validation: Any
    first: Any
    pictured: Mapping[str, np.ndarray]


NUM_PICTURED = 8

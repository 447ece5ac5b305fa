"""The order of the training examples: a shuffle in lanes.

The examples are dealt to as many lanes as a batch has places, once, by chance.
Each place then takes those of its lane, reshuffled in each epoch. So a process
that fills some of the places holds only the examples of their lanes, and batch
700 is the same however many processes share the work.
"""

import numpy as np

from kp2part.data.in_memory import share as share_lib


class Lanes:
    """Which examples each batch has.

    Args:
        num_examples: N, at least B.
        batch_size: B. An epoch is as many full batches as there are.
        seed: Determines lanes and orders.
        share: Which places of a batch.
    """

    def __init__(
        self,
        num_examples: int,
        batch_size: int,
        seed: int,
        share: share_lib.Share = share_lib.WHOLE,
    ):
        dealt = np.random.default_rng(seed).permutation(num_examples)
        self.places = share.of(np.arange(batch_size))
        self._lanes = [dealt[place::batch_size] for place in self.places]
        self._steps = num_examples // batch_size
        self._seed = seed

    def held(self) -> np.ndarray:
        """Returns the examples of these places: int64 [n], ascending."""
        return np.sort(np.concatenate(self._lanes))

    def indices(self, step: int) -> np.ndarray:
        """Returns which examples these places of a batch have: int64 [b]."""
        epoch, step = divmod(step, self._steps)
        return np.array(
            [
                self._shuffled(lane, epoch, place)[step]
                for lane, place in zip(self._lanes, self.places, strict=True)
            ]
        )

    def _shuffled(self, lane: np.ndarray, epoch: int, place: int):
        order = np.random.default_rng([self._seed, epoch, int(place)])
        return order.permutation(lane)

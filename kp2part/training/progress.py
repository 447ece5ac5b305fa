"""How far a run is."""

import dataclasses


@dataclasses.dataclass(frozen=True, order=True)
class Progress:
    """How far a run is.

    Attributes:
        epochs: Number of finished epochs.
        steps: Number of finished steps of the next one.
    """

    epochs: int = 0
    steps: int = 0


START = Progress()

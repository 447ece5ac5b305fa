"""How many batches an epoch has."""

from kp2part.data import example_set


def steps_per_epoch(examples: example_set.Examples, batch_size: int) -> int:
    """Returns the number of full batches, at least 1."""
    count = examples.count()
    if count < batch_size:
        raise ValueError(
            f"`batch_size` must be at most the number of examples, {count}. "
            f"Received: batch_size={batch_size}"
        )
    return count // batch_size

"""A board on which the processes of a run leave notes for each other.

It is kept by process 0, in JAX's coordination service, and works while a
computation waits for other processes. JAX offers it to libraries, but under no
public name.
"""

from typing import Any

_PREFIX = "kp2part"
_MANY_SECONDS = 600


class Board:
    """The notes of all processes.

    Args:
        client: Of the coordination service.
    """

    def __init__(self, client: Any):
        self._client = client

    def put(self, topic: str, name: object, text: str):
        """Leaves a note, in place of an earlier one of that topic and name."""
        self._client.key_value_set(
            f"{_PREFIX}/{topic}/{name}", text, allow_overwrite=True
        )

    def wait_for(self, topic: str, name: object) -> str:
        """Returns a note once it is there."""
        return self._client.blocking_key_value_get(
            f"{_PREFIX}/{topic}/{name}", 1000 * _MANY_SECONDS
        )

    def notes(self, topic: str) -> dict[str, str]:
        """Returns the notes of a topic so far, by name."""
        found = self._client.key_value_dir_get(f"{_PREFIX}/{topic}/")
        return {key.rpartition("/")[2]: text for key, text in found}


def of_this_process() -> Board:
    """Returns the board, after `jax.distributed.initialize`."""
    from jax._src import distributed

    return Board(distributed.global_state.client)

"""The devices and processes that train one network together."""

from collections.abc import Callable
import contextlib
import dataclasses

from kp2part.data.in_memory import share as share_lib


def _agree_with_nobody(what: str, value: str):
    del what, value


@dataclasses.dataclass(frozen=True)
class Team:
    """The devices and processes that train one network together.

    Attributes:
        num_devices: Number of devices, of all processes.
        share: The part of each batch that this process makes.
        scope: Returns the context in which the network is made or loaded.
        agree: Given what a value is and the value, checks that all processes
            have the same; waits for the first one.
        takes_streams: Whether `--input=stream` can be shared.
        is_traced_whole: Whether a step is one graph, so that `--jit_compile`
            and `--accumulate` are possible.
    """

    num_devices: int = 1
    share: share_lib.Share = share_lib.WHOLE
    scope: Callable[[], contextlib.AbstractContextManager] = (
        contextlib.nullcontext
    )
    agree: Callable[[str, str], None] = _agree_with_nobody
    takes_streams: bool = True
    is_traced_whole: bool = True

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.share.index == 0

    def check(
        self, batch_size: int, input: str, jit_compile: bool, accumulate: int
    ):
        """Checks that training with these settings can be shared.

        Raises:
            ValueError: It cannot.
        """
        if batch_size % self.num_devices:
            raise ValueError(
                "`batch_size` must be a multiple of the number of devices, "
                f"{self.num_devices}: it is the batch of all together. "
                f"Received: batch_size={batch_size}"
            )
        if input == "stream" and not self.takes_streams:
            raise ValueError(
                "`input` must be memory with several devices and JAX: the "
                "stream has one order, that of a single reader. Received: "
                f"input={input}"
            )
        if jit_compile and not self.is_traced_whole:
            raise ValueError(
                "`jit_compile` must be false with distribute=mirrored and "
                "TensorFlow, whose copies of the network meet within a step, "
                "which XLA cannot compile. Received: jit_compile=True"
            )
        if accumulate > 1 and not self.is_traced_whole:
            raise ValueError(
                "`accumulate` must be 1 with distribute=mirrored and "
                "TensorFlow, whose copies cannot meet at some steps only. "
                f"Received: accumulate={accumulate}"
            )


ALONE = Team()

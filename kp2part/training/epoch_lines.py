"""Lines of text about a run that fit a terminal of 80 columns."""

from collections.abc import Mapping
from collections.abc import Sequence

from kp2part.training import callbacks
from kp2part.training import durations
from kp2part.training import pace as pace_lib

WIDTH = 80
_BUSY = 0.1  # Of the time without a batch, that counts as waiting.


class Table:
    """A line of a table for each epoch.

    It has a column for each part, the background left out, where all of them
    fit.

    Args:
        parts: Names, without the background.
        epochs: Number of epochs of the run.
    """

    def __init__(self, parts: Sequence[str], epochs: int):
        self._epochs = epochs
        self._parts = tuple(parts)
        if len(self.head()) > WIDTH:
            self._parts = ()

    def head(self) -> str:
        """Returns the line of headings."""
        return self._line(
            ("epoch", "loss", "IoU", *self._parts, "rate", "time", "left")
        )

    def row(
        self,
        epoch: int,
        logs: Mapping[str, float],
        rate: float,
        seconds: float,
        left: float | None,
    ) -> str:
        """Returns the line of an epoch.

        Args:
            epoch: From 1.
            logs: Of Keras, with those of `part_scores`. What it has of the
                validation examples is shown, "-" where it has nothing.
            rate: Learning rate.
            seconds: That the epoch took.
            left: Seconds that the rest of the run will take, if known.
        """
        parts = [logs.get(f"val_iou/{name}") for name in self._parts]
        return self._line(
            (
                f"{epoch}/{self._epochs}",
                loss(logs["loss"]),
                *map(_score, (callbacks.validation_iou(logs), *parts)),
                f"{rate:.1e}",
                durations.clock(seconds),
                "-" if left is None else durations.clock(left),
            )
        )

    def _line(self, cells: Sequence[str]) -> str:
        epoch = max(len(f"{self._epochs}/{self._epochs}"), len("epoch"))
        widths = (
            *(epoch, 7, 5),
            *(max(len(name), 5) for name in self._parts),
            *(7, 8, 8),
        )
        cells = [f"{x:>{w}}" for x, w in zip(cells, widths, strict=True)]
        return " ".join(cells)


def loss(value: float) -> str:
    """Returns a loss in at most seven characters."""
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.1e}"


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def progress(what: str, done: int, total: int, rest: str, width: int) -> str:
    """Returns a line that shows how far something is, with a bar.

    Args:
        what: Such as "epoch 3/17".
        done: Number of finished steps.
        total: Number of all steps.
        rest: What stands behind the bar and the numbers.
        width: Length of the line. The bar fills what is left of it, and is
            left out where that is too little.
    """
    numbers = f"{done:{len(str(total))}d}/{total}"
    words = f"{what} {numbers}  {rest}".rstrip()
    room = min(width - len(words) - 3, 40)
    if room < 4:
        return words[:width].ljust(width)
    bar = f"[{'#' * (room * done // total):<{room}}]"
    return f"{what} {bar} {numbers}  {rest}".rstrip().ljust(width)


def estimate(pace: pace_lib.Pace, steps: int) -> str:
    """Returns how long an epoch takes, and what waits: input or network.

    Args:
        pace: That has measured some steps.
        steps: Of an epoch.
    """
    time = durations.words(pace.step_seconds * steps)
    share = pace.wait_share
    if share < _BUSY:
        who = f"Input waits for the network ({1 - share:.0%} busy)."
    else:
        who = f"The network waits for input {share:.0%} of it."
    return f"An epoch trains for about {time}. {who}"

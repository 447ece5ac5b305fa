"""What was measured, as JSON and as one table of ratios."""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses

import numpy as np

from benchmarks.speed import clock
from kp2part.system import tables

HEADS = (
    *("what", "cores", "who"),
    *("processor, ms", "clock, ms"),
    *("processor, ratio", "clock, ratio"),
)
NUM_NAMES = 3  # The first columns say which row it is.
_ALL = "all"


@dataclasses.dataclass(frozen=True)
class Case:
    """Programs that do the same work.

    Attributes:
        what: The work, of one run or of one of its items.
        who: Names of the programs. The first is ours, and what all others are
            compared with.
        cores: Numbers of cores to measure it on; 0 for all.
        count: Items of one run.
    """

    what: str
    who: tuple[str, ...]
    cores: tuple[int, ...] = (1, 0)
    count: int = 1

    def names(self) -> list[tuple[str, str, str]]:
        """Returns the first cells of its rows if nothing is left out."""
        return [
            (self.what, shown_cores(cores), who)
            for cores in self.cores
            for who in self.who
        ]


@dataclasses.dataclass(frozen=True)
class Measured:
    """The times of a case on a number of cores.

    Attributes:
        case: The case.
        cores: 0 for all.
        times: By program; without those that are not installed.
    """

    case: Case
    cores: int
    times: dict[str, clock.Times]

    def rows(self) -> list[tuple[str, ...]]:
        """Returns the rows of the table."""
        ours = self.times[self.case.who[0]]
        return [
            (
                self.case.what,
                shown_cores(self.cores),
                who,
                *self._cells(x, ours),
            )
            for who, x in self.times.items()
        ]

    def _cells(self, times: clock.Times, ours: clock.Times) -> list[str]:
        pairs = (
            (np.array(times.processor), np.array(ours.processor)),
            (np.array(times.wall), np.array(ours.wall)),
        )
        each = 1000 / self.case.count
        found = [_number(np.median(x) * each) for x, _ in pairs]
        if times is ours:
            return [*found, "1", "1"]
        return [*found, *(_spread(x / y) for x, y in pairs)]

    def to_json(self) -> list[dict]:
        """Returns the seconds of each round of each program."""
        return [
            {
                "what": self.case.what,
                "cores": shown_cores(self.cores),
                "who": who,
                "items": self.case.count,
                "processor_seconds": list(x.processor),
                "clock_seconds": list(x.wall),
            }
            for who, x in self.times.items()
        ]


def shown_cores(cores: int) -> str:
    """Returns a number of cores as the table has it."""
    return str(cores) if cores else _ALL


def table(measured: Iterable[Measured]) -> tables.Table:
    """Returns the table of all."""
    rows = [row for one in measured for row in one.rows()]
    return tables.Table(HEADS, rows, num_left=NUM_NAMES)


def names(cases: Sequence[Case]) -> list[tuple[str, str, str]]:
    """Returns the first cells of all rows if nothing is left out."""
    return [name for case in cases for name in case.names()]


def _number(value: float) -> str:
    """Returns a number with three digits."""
    decimals = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f}"


def _spread(ratios: np.ndarray) -> str:
    low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    return f"{middle:.2f} ({low:.2f} - {high:.2f})"

"""A curve of times over amounts of work, its slope, and its chart."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

import numpy as np

_MOST = 1.1  # A slope; a tenth above linear, as times are noisy.


@dataclasses.dataclass(frozen=True)
class Curve:
    """Times for amounts of one kind of work.

    Attributes:
        title: What is varied.
        unit: Of the amounts.
        seconds: Amount -> the median of the processor's seconds.
    """

    title: str
    unit: str
    seconds: Mapping[float, float]

    @property
    def slope(self) -> float:
        """The exponent from the middle of the amounts on, where costs show."""
        amounts, seconds = np.log(sorted(self.seconds.items())).T
        half = len(amounts) // 2
        return float(np.polyfit(amounts[half:], seconds[half:], 1)[0])

    @classmethod
    def from_json(cls, title: str, fields: Mapping) -> "Curve":
        """Returns the curve of such fields as `to_json` returns."""
        seconds = {float(x): y for x, y in fields["seconds"].items()}
        return cls(title, fields["unit"], seconds)

    def to_json(self) -> dict:
        """Returns plain numbers and strings."""
        seconds = {f"{x:g}": float(y) for x, y in self.seconds.items()}
        return {"unit": self.unit, "slope": self.slope, "seconds": seconds}


def check(curves: Sequence[Curve]):
    """Checks that no curve grows worse than linear.

    Raises:
        ValueError: Some do; the message has their slopes.
    """
    worse = {x.title: round(x.slope, 2) for x in curves if x.slope > _MOST}
    if worse:
        raise ValueError(
            f"Costs must grow no faster than linear, with slopes up to {_MOST}."
            f" Received: {worse}"
        )


def draw(curves: Sequence[Curve]) -> bytes:
    """Returns a chart of each curve, two in a row, PNG."""
    from matplotlib import pyplot as plt

    from kp2part.visualization import plots

    rows = -(-len(curves) // 2)
    figure, axes = plt.subplots(
        rows, 2, figsize=(9, 3.4 * rows), layout="constrained", squeeze=False
    )
    for axis, curve in zip(axes.flat, curves, strict=False):
        _draw(axis, curve)
    axes[0, 0].legend(fontsize=8)
    return plots.to_png(figure)


def _draw(axis, curve: Curve):
    amounts = np.array(sorted(curve.seconds))
    found = np.array([1000 * curve.seconds[x] for x in amounts])
    line = found[-1] * amounts / amounts[-1]
    axis.loglog(amounts, line, "--", color="#999999", label="linear")
    axis.loglog(amounts, found, "o-", color="#0072b2", label="measured")
    axis.set(
        title=f"{curve.title}: slope {curve.slope:.2f}",
        xlabel=curve.unit,
        ylabel="ms of the processor",
    )
    axis.set_xticks(amounts, [f"{x:.3g}" for x in amounts])
    axis.set_xticks([], minor=True)
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("")
    axis.grid(alpha=0.3)

"""Colors, markers, dashes and hatches of systems in charts."""

import dataclasses

# Colors that are distinct for color-blind people (Okabe and Ito), and markers,
# dashes and hatches that work without color.
_COLORS = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9"),
    *("#000000", "#d55e00", "#f0e442", "#999999"),
)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "*")
_DASHES = (
    *("-", "--", "-.", (0, (5, 1, 1, 1)), ":", (0, (8, 3)), (0, (3, 3))),
    *((0, (1, 3)), (0, (3, 1, 1, 1, 1, 1))),
)
_HATCHES = ("", "//", "..", "xx", "--", "\\\\", "oo", "++", "||")
_NUM_STYLES = len(_COLORS)  # The number of each kind.


@dataclasses.dataclass(frozen=True)
class Style:
    """How a system is drawn, in matplotlib's terms.

    Attributes:
        color: "#rrggbb".
        marker: Marker of the points on a curve.
        dashes: Line style of the curve.
        hatch: Hatch of the bars.
    """

    color: str
    marker: str
    dashes: str | tuple
    hatch: str


def style(index: int) -> Style:
    """Returns the style of a system by its index among the systems.

    Among 81 systems no two have the same color and marker, the same marker and
    dashes, or the same color and hatch.
    """
    # Each round of colors shifts the markers by one, and the dashes by two.
    turn, place = divmod(index, _NUM_STYLES)
    return Style(
        _COLORS[place],
        _MARKERS[(place + turn) % _NUM_STYLES],
        _DASHES[(place + 2 * turn) % _NUM_STYLES],
        _HATCHES[(place + turn) % _NUM_STYLES],
    )

"""Draws the rooms of kp2part and the direction of their imports, as SVG.

    python -m docs.generators.rooms_picture

writes it and the counts into docs/explanation/architecture.md and beside it.

Levels lie above each other; what has a command is one box at the top. An arrow
that follows from others is left out: who imports `training` reaches `data`.
"""

from collections.abc import Mapping
import pathlib
import re

from docs.generators import programs
from docs.generators import rooms as rooms_lib

WIDTH, BOX, GAP = 880, 106, 14
ROW, HEIGHT = 84, 34
# Readable on a light page and on a dark one, whichever it is shown on.
_STYLE = """
svg { font: 14px system-ui, sans-serif; }
.page { fill: #f6f8fa; } .room { fill: #ffffff; stroke: #57606a; }
.top { fill: #ddf4ff; stroke: #0969da; } text { fill: #1f2328; }
.small { font-size: 12px; fill: #57606a; }
path { fill: none; stroke: #8c959f; stroke-width: 1.3; }
marker path { fill: #8c959f; stroke: none; }
@media (prefers-color-scheme: dark) {
.page { fill: #161b22; } .room { fill: #0d1117; stroke: #8b949e; }
.top { fill: #0c2d4d; stroke: #58a6ff; } text { fill: #e6edf3; }
.small { fill: #9198a1; } path { stroke: #6e7681; }
marker path { fill: #6e7681; }
}
"""


def draw(checkout: pathlib.Path = programs.ROOT) -> str:
    """Returns the picture of a checkout."""
    commands = [
        name.split(".")[1]
        for name in programs.find(checkout)
        if name.startswith("kp2part.")
    ]
    every = rooms_lib.arrows(checkout)
    # A folder that is a command too, as `conformance` is, is shown as a room.
    modules = {n for n in commands if (checkout / f"kp2part/{n}.py").is_file()}
    rooms = {k: v - modules for k, v in every.items() if k not in modules}
    places = _places(rooms)
    height = 20 + ROW * (1 + max(rooms_lib.levels(rooms).values()))
    arrows = (
        _arrow(places[name], places[other])
        for name, others in rooms_lib.reduced(rooms).items()
        for other in sorted(others, key=list(rooms).index)
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
            f'{height}" role="img" aria-label="Rooms of kp2part">',
            f"<style>{_STYLE}</style>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" '
            'markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z"/></marker></defs>',
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="10"/>',
            *_commands(commands),
            *arrows,
            *(_box(name, *place) for name, place in places.items()),
            "</svg>\n",
        ]
    )


def _places(rooms: Mapping[str, set[str]]) -> dict[str, tuple[float, float]]:
    """Returns the center of each room's box, near those that it imports."""
    levels, places = rooms_lib.levels(rooms), {}
    nearest, top = rooms_lib.reduced(rooms), max(levels.values())
    for level in range(1, top + 1):
        wanted = {
            name: _mean([places[other][0] for other in nearest[name]])
            for name in rooms
            if levels[name] == level
        }
        members = sorted(wanted, key=wanted.get)
        step = 3 * (BOX + GAP) if level == 1 else BOX + GAP
        middle = _mean(list(wanted.values()))
        left = middle - (len(members) - 1) * step / 2
        right = WIDTH - 20 - BOX / 2 - (len(members) - 1) * step
        left = min(max(left, 20 + BOX / 2), right)
        for i, name in enumerate(members):
            places[name] = left + i * step, 40 + ROW * (top - level + 1)
    return places


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else WIDTH / 2


def _commands(names: list[str]) -> list[str]:
    return [
        f'<rect class="top" x="20" y="20" width="{WIDTH - 40}" height="52" '
        'rx="6"/>',
        f'<text x="{WIDTH / 2}" y="41" text-anchor="middle">commands: each '
        "imports what it needs of all that is below</text>",
        f'<text class="small" x="{WIDTH / 2}" y="60" text-anchor="middle">'
        f"{' '.join(names)}</text>",
    ]


def _box(name: str, x: float, y: float) -> str:
    return (
        f'<rect class="room" x="{x - BOX / 2:g}" y="{y - HEIGHT / 2:g}" '
        f'width="{BOX}" height="{HEIGHT}" rx="6"/>'
        f'<text x="{x:g}" y="{y + 5:g}" text-anchor="middle">{name}</text>'
    )


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    (x, y), (to_x, to_y) = above, below
    y, to_y = y + HEIGHT / 2, to_y - HEIGHT / 2
    bend = ROW / 2
    return (
        f'<path d="M{x:g},{y:g} C{x:g},{y + bend:g} {to_x:g},{to_y - bend:g} '
        f'{to_x:g},{to_y - 1:g}" marker-end="url(#head)"/>'
    )


def write():
    """Writes the picture and the counts of today."""
    page = programs.ROOT / "docs" / "explanation" / "architecture.md"
    text = page.read_text(encoding="utf-8")
    row = f"| now {rooms_lib.count(programs.ROOT)}"
    text = re.sub(r"^\| now .*$", lambda _: row, text, flags=re.M)
    page.write_text(text, encoding="utf-8")
    page.with_name("rooms.svg").write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    write()

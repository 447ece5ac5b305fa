"""Counts the rooms of kp2part, their levels and the imports between them.

    python -m docs.generators.rooms [CHECKOUT]

A room is what one sees in the folder `kp2part/`: a folder or a module. An arrow
goes from a room to another that any of its files imports. A room that imports
no other is at level 1; each other one is a level above the highest that it
imports. Rooms that import each other in a circle share a level.
"""

import ast
from collections.abc import Mapping
import pathlib
import sys

PACKAGE = "kp2part"


def arrows(checkout: pathlib.Path) -> dict[str, set[str]]:
    """Returns the rooms of a checkout, each with those that it imports."""
    package = checkout / PACKAGE
    rooms = {
        path.stem: set()
        for path in sorted(package.iterdir())
        if path.suffix == ".py" or any(path.rglob("*.py"))
    }
    rooms = {name: set() for name in rooms if not name.startswith("__")}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).parts[0].removesuffix(".py")
        if name in rooms:
            rooms[name] |= _imported(path) & set(rooms) - {name}
    return rooms


def levels(rooms: Mapping[str, set[str]]) -> dict[str, int]:
    """Returns the level of each room, from 1 on."""
    below = {name: _reachable(name, rooms) for name in rooms}
    found = {}
    # What reaches less is lower; a circle's rooms reach the same.
    for name in sorted(rooms, key=lambda name: len(below[name] | {name})):
        circle = {x for x in below[name] if name in below[x]} | {name}
        lower = [found[other] for other in below[name] - circle]
        found[name] = 1 + max(lower, default=0)
    return found


def reduced(rooms: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Returns the rooms without the arrows that follow from the others."""
    below = {name: _reachable(name, rooms) for name in rooms}
    return {
        name: {
            other
            for other in others
            if not any(other in below[x] for x in others if x != other)
        }
        for name, others in rooms.items()
    }


def count(checkout: pathlib.Path) -> str:
    """Returns the three counts as a row of a Markdown table."""
    rooms = arrows(checkout)
    num_levels = max(levels(rooms).values())
    num_arrows = sum(map(len, rooms.values()))
    return f"| {len(rooms)} | {num_levels} | {num_arrows} |"


def _imported(path: pathlib.Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    parts = (name.split(".") for name in names)
    return {p[1] for p in parts if p[0] == PACKAGE and len(p) > 1}


def _reachable(name: str, rooms: Mapping[str, set[str]]) -> set[str]:
    found, ahead = set(), [name]
    while ahead:
        new = rooms[ahead.pop()] - found
        found |= new
        ahead.extend(new)
    return found


def main(checkout: str = "."):
    """Prints the counts and the rooms, the highest first."""
    rooms = arrows(pathlib.Path(checkout))
    found = levels(rooms)
    lines = ["| rooms | levels | arrows |", count(pathlib.Path(checkout))]
    for level in sorted(set(found.values()), reverse=True):
        members = (name for name in rooms if found[name] == level)
        lines.append(f"{level:2}  {' '.join(members)}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Holds the direction of imports between the rooms of the page.

A module may import its own room and those below it. References to types, in
comments, count as well.
"""

import pathlib
import re

from absl.testing import absltest

PAGE = pathlib.Path(__file__).parents[2] / "kp2part" / "annotator"
# From the bottom up; rooms of one floor do not know each other.
FLOORS = (("state",), ("files", "net"), ("view",), ("input",), (".",))
FLOOR_OF = {room: i for i, floor in enumerate(FLOORS) for room in floor}
# `... from "./x.mjs"` and, dynamic or of a type, `import("./x.mjs")`.
_IMPORT = re.compile(r'(?:\bfrom\s*|\bimport\s*\(?\s*)["\']([^"\']+)["\']')


def room_of(path):
    """Returns the folder of a module, "." for the page's own."""
    return path.relative_to(PAGE).parent.as_posix()


def imports_of(path):
    """Returns the files that a module imports or takes types from."""
    found = _IMPORT.findall(path.read_text(encoding="utf-8"))
    return [(path.parent / name).resolve() for name in found]


class ImportsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.modules = sorted(PAGE.rglob("*.mjs"))

    def test_every_room_has_a_floor(self):
        self.assertEqual({room_of(path) for path in self.modules}, {*FLOOR_OF})

    def test_rooms_import_downwards_only(self):
        count = 0
        for path in self.modules:
            here = room_of(path)
            for imported in imports_of(path):
                there = room_of(imported)
                self.assertTrue(
                    there == here or FLOOR_OF[there] < FLOOR_OF[here],
                    f"{path.relative_to(PAGE)} imports "
                    f"{imported.relative_to(PAGE)}",
                )
                count += 1
        self.assertGreater(count, 80)

    def test_modules_have_no_cycle(self):
        # Types may refer to each other; only what is loaded counts.
        edges = {
            path: re.findall(
                r'^(?:import|\}) .*?from "([^"]+)"', path.read_text(), re.M
            )
            for path in self.modules
        }
        self.assertGreater(sum(map(len, edges.values())), 50)

        def visit(path, above):
            self.assertNotIn(path, above, "a cycle of imports")
            for name in edges[path]:
                visit((path.parent / name).resolve(), (*above, path))

        for path in edges:
            visit(path, ())


if __name__ == "__main__":
    absltest.main()

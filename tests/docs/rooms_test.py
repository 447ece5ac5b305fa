"""The counts and the picture of the architecture are those of the code."""

import pathlib

from absl.testing import absltest

from docs.generators import rooms
from docs.generators import rooms_picture

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "architecture.md"


class RoomsTest(absltest.TestCase):
    def test_arrows_levels_and_counts(self):
        package = pathlib.Path(self.create_tempdir().full_path, "kp2part")
        for name, text in {
            "__init__.py": "from kp2part.low import x\n",
            "low/a.py": "import os\n",
            "low/b.py": "from kp2part.low import a\n",
            "middle.py": "from kp2part.low import a\n",
            "circle/a.py": "import kp2part.round.b\n",
            "round/b.py": "def f():\n    from kp2part.circle import a\n",
            "top.py": "from kp2part import middle\nimport kp2part.low.b\n",
        }.items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text)
        found = rooms.arrows(package.parent)
        self.assertEqual(
            found,
            {
                "circle": {"round"}, "low": set(), "middle": {"low"},
                "round": {"circle"}, "top": {"low", "middle"},
            },
        )  # fmt: skip
        self.assertEqual(
            rooms.levels(found),
            {"circle": 1, "low": 1, "middle": 2, "round": 1, "top": 3},
        )
        self.assertEqual(rooms.reduced(found)["top"], {"middle"})
        self.assertEqual(rooms.count(package.parent), "| 5 | 3 | 5 |")

    def test_page_has_the_counts_of_today(self):
        row = f"| now {rooms.count(ROOT)}"
        self.assertIn(row, PAGE.read_text(), "`make docs` writes it.")

    def test_picture_is_of_today(self):
        drawn = PAGE.with_name("rooms.svg").read_text()
        self.assertEqual(drawn, rooms_picture.draw(ROOT), "`make docs` does.")


if __name__ == "__main__":
    absltest.main()

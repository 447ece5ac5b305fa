"""The errors that Troubleshooting explains are those that the programs tell."""

import ast
import pathlib
import re

from absl.testing import absltest

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "troubleshooting.md"
# Told by Python, TensorFlow, make, or as the number of a status.
NOT_OURS = re.compile(
    "ModuleNotFoundError|No module named|Could not find cuda|oneDNN"
    "|kp2part needs|[0-9]{3}$"
)
_VALUE = "..."


def messages(path):
    """Yields the texts of a file, `...` where an f-string has a value."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value if isinstance(part, ast.Constant) else _VALUE
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def fragments(text):
    """Returns what of a message is the same for all values and names."""
    parts = re.split(r"\.\.\.|`[\w.]+`", text)
    return [part.strip(" `.,") for part in parts if part.strip(" `.,")]


class MessagesTest(absltest.TestCase):
    def test_messages_are_told(self):
        told = [
            re.sub(r"\s+", " ", text)
            for package in ("kp2part", "tfrecords_tools")
            for path in (ROOT / package).rglob("*.py")
            for text in messages(path)
        ]
        headings = re.findall(r"^### (.*)$", PAGE.read_text(), re.M)
        found = [
            code.strip()
            for heading in headings
            for _, code in re.findall(r"(`+)(.+?)\1(?!`)", heading)
            if not NOT_OURS.match(code)
        ]
        self.assertGreater(len(found), 10)
        unknown = [
            code
            for code in found
            if not any(all(x in t for x in fragments(code)) for t in told)
        ]
        self.assertEmpty(unknown)

    def test_fragments(self):
        self.assertEqual(
            fragments("a.json: `x` must be ... or y."),
            ["a.json:", "must be", "or y"],
        )


if __name__ == "__main__":
    absltest.main()

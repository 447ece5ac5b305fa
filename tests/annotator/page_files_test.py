"""The page's files: complete, self-contained, of any category, readable."""

import pathlib
import re
import shutil
import subprocess

from absl.testing import absltest
from absl.testing import parameterized

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "kp2part" / "annotator"


class PageFilesTest(parameterized.TestCase):
    def test_every_file_that_is_loaded_exists(self):
        html = (PAGE / "index.html").read_text()
        needed = [
            PAGE / name for name in re.findall(r'(?:src|href)="([^"]+)"', html)
        ]
        for path in PAGE.rglob("*.mjs"):
            names = re.findall(r'from "(\.[^"]+)"', path.read_text())
            needed += [path.parent / name for name in names]
        self.assertGreater(len(needed), 30)
        for path in needed:
            self.assertTrue(path.is_file(), path)

    def test_page_names_no_category(self):
        for path in [*PAGE.rglob("*.mjs"), PAGE / "index.html"]:
            self.assertNotRegex(
                path.read_text(),
                r"(?i)animal|\bpaws?\b|withers|\bdogs?\b|\bcats?\b",
            )

    def test_page_loads_nothing_from_elsewhere(self):
        for path in [*PAGE.rglob("*.mjs"), PAGE / "index.html"]:
            text = path.read_text()
            links = re.findall(r"https?://[^\s\"]+", text)
            known = ("http://www.w3.org/2000/svg", "https://www.w3.org/TR/")
            self.assertEmpty([x for x in links if not x.startswith(known)])

    @parameterized.parameters(":root {", "dark) {\n  :root {")
    def test_text_can_be_read(self, beginning):
        style = (PAGE / "style.css").read_text()
        block = style[style.index(beginning) :].split("}")[0]
        colors = dict(re.findall(r"--([\w-]+): (#\w+);", block))
        for text, back in (
            ("text", "back"), ("text", "card"), ("text", "soft"),
            ("quiet", "back"), ("quiet", "card"), ("quiet", "soft"),
            ("on-accent", "accent"), ("bad", "back"),
        ):  # fmt: skip
            ratio = contrast(colors[text], colors[back])
            self.assertGreaterEqual(ratio, 4.5, (text, back))
        # Borders of controls, and the ring of focus.
        for line in "edge", "accent":
            for back in "back", "card":
                ratio = contrast(colors[line], colors[back])
                self.assertGreaterEqual(ratio, 3, (line, back))

    def test_modules_in_node(self):
        node = shutil.which("node")
        if node is None:
            self.skipTest("node, which runs the page's modules, is missing")
        tests = sorted(
            str(p) for p in (ROOT / "tests/annotator").glob("*.test.mjs")
        )
        self.assertNotEmpty(tests)
        done = subprocess.run(
            [node, "--test", *tests],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.assertEqual(done.returncode, 0, done.stdout)


def contrast(first: str, second: str) -> float:
    """Returns WCAG 2's contrast ratio of two colors."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    digits = color[1:]
    if len(digits) == 3:
        digits = "".join(2 * d for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


if __name__ == "__main__":
    absltest.main()

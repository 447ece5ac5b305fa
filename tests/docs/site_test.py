"""The site is built without a warning, and needs nothing from elsewhere."""

import os
import pathlib
import re
import subprocess
import sys

from absl.testing import absltest

import kp2part

ROOT = pathlib.Path(__file__).parents[2]
# What a browser would load by itself; links may lead anywhere.
_LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]*\ssrc=\"(?:https?:)?//[^\"]+"
    r"|<link[^>]*\shref=\"(?:https?:)?//[^\"]+"
    r"|url\((?:https?:)?//[^)]+|@import[^;]+//[^;]+"
)


class SiteTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = pathlib.Path(absltest.get_default_test_tmpdir(), "site")
        done = subprocess.run(
            # Not --quiet: what is not said does not count as a warning.
            [sys.executable, "-m", "mkdocs", "build", "--strict",
             f"--site-dir={cls.site}"],
            cwd=ROOT,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(done.stdout[-4000:])

    def text(self, page):
        return (self.site / page).read_text(encoding="utf-8")

    def test_nothing_is_loaded_from_elsewhere(self):
        files = [p for x in ("html", "css") for p in self.site.rglob(f"*.{x}")]
        self.assertNotEmpty(files)
        for path in files:
            found = _LOADED.findall(path.read_text(encoding="utf-8"))
            self.assertEmpty(found, path)

    def test_pages_are_filled_from_the_code(self):
        programs = self.text("reference/programs.html")
        self.assertIn("<code>--num_images</code>", programs)
        self.assertNotIn("&lt;!-- program", programs)
        self.assertNotIn("<!-- program", programs)
        api = self.text("reference/api.html")
        for name in getattr(kp2part, "__all__", ()):
            if not name.startswith("_"):
                self.assertIn(f"kp2part.{name}", api)

    def test_files_outside_of_docs_are_pages(self):
        page = self.text("how-to/serve.html")
        for link in re.findall(r'href="(\.\./repository/[^"#]+)', page):
            self.assertTrue((self.site / "how-to" / link).is_file(), link)
        self.assertIn("../repository/examples/predict.sh.html", page)


if __name__ == "__main__":
    absltest.main()

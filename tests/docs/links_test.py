"""Links of the documentation lead somewhere, and every page is reachable."""

import pathlib

from absl.testing import absltest
import yaml

from docs.generators import links

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (
    *sorted(DOCS.rglob("*.md")),
    *sorted(ROOT.glob("*.md")),
    ROOT / "deploy" / "README.md",
    ROOT / "saved_models" / "README.md",
    ROOT / "saved_models" / "quadruped_lite" / "README.md",
)


def leaves(nav):
    """Yields the pages of mkdocs.yml's navigation."""
    if isinstance(nav, str):
        yield nav
    else:
        for item in nav.values() if isinstance(nav, dict) else nav:
            yield from leaves(item)


class LinksTest(absltest.TestCase):
    def test_links_lead_somewhere(self):
        self.assertEmpty([x for p in PAGES for x in links.problems(ROOT, p)])

    def test_every_page_is_in_the_navigation(self):
        nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
        pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
        self.assertEqual(set(leaves(nav)), pages)

    def test_problems(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        (folder / "b.md").write_text("# Two *words*, `x`\n\n# Same\n\n# Same\n")
        page = folder / "a.md"
        page.write_text(
            "[1](b.md#two-words-x) [2](b.md#same_1) ![3](gone.png)\n"
            '[4\n5](b.md#same_2) <img src="gone.svg"> [6](http://x) [7](#no)\n'
            "`[8](code)` `tests/gone_test.py`\n```sh\n[9](fence)\n```\n"
        )
        self.assertEqual(
            [x.removeprefix(f"{page}: ") for x in links.problems(folder, page)],
            [
                "`gone.png` leads to no file.",
                "`b.md#same_2` leads to no heading.",
                "`gone.svg` leads to no file.",
                "`#no` leads to no heading.",
                "`tests/gone_test.py` does not exist.",
            ],
        )


if __name__ == "__main__":
    absltest.main()

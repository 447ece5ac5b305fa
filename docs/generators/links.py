"""Finds links of Markdown pages that lead nowhere. Needs no mkdocs."""

from collections.abc import Iterator
import pathlib
import re

_FENCE = re.compile(r"^(```+)[^\n]*\n.*?^\1\n", re.M | re.S)
_CODE = re.compile(r"(`+).+?\1", re.S)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)
_PATH = re.compile(
    r"`((?:kp2part|tfrecords_tools|configs|examples|deploy|docs|tests|benchmarks)"
    r"/[\w./-]*)`"
)


def problems(root: pathlib.Path, page: pathlib.Path) -> Iterator[str]:
    """Yields what is wrong with the links and paths of a page.

    Args:
        root: Of the project, from which paths in `code` start.
        page: A Markdown file.
    """
    text = _FENCE.sub("\n", page.read_text(encoding="utf-8"))
    for link in (a or b for a, b in _LINK.findall(_CODE.sub("", text))):
        if not re.match(r"\w+:", link):
            yield from _problem(page, link)
    for path in _PATH.findall(text):
        if not (root / path).exists():
            yield f"{page}: `{path}` does not exist."


def anchors(page: pathlib.Path) -> set[str]:
    """Returns the anchors of a page's headings, as mkdocs makes them."""
    text = _FENCE.sub("\n", page.read_text(encoding="utf-8"))
    found = set()
    for heading in _HEADING.findall(text):
        slug = re.sub(r"[^\w\s-]", "", heading).strip().lower()
        slug = first = re.sub(r"[-\s]+", "-", slug)
        number = 0
        while slug in found:
            number += 1
            slug = f"{first}_{number}"
        found.add(slug)
    return found


def _problem(page: pathlib.Path, link: str) -> Iterator[str]:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        yield f"{page}: `{link}` leads to no file."
    elif anchor and target.suffix == ".md" and anchor not in anchors(target):
        yield f"{page}: `{link}` leads to no heading."

"""Fills the pages of the documentation from the code; mkdocs calls it.

What it fills in stands in the pages as comments, so that they are readable
where they are not built: `<!-- program: kp2part.train -->` and `<!-- api -->`.
Files of the project that a page links to, outside of docs/, become pages.
"""

import functools
import os
import pathlib
import re
import sys

from mkdocs.structure import files as files_lib

# mkdocs loads this file by its path.
sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from docs.generators import api  # noqa: E402
from docs.generators import programs  # noqa: E402

_PROGRAM = re.compile(r"<!-- program: (\S+) -->")
_LINK = re.compile(r"(?<=\]\()([^)\s:#]+)(?=[)#])")
_FOLDER = "repository"


def on_files(files, config):
    """Adds a page for each file outside of docs/ that a page links to."""
    waiting = [f.src_uri for f in files.documentation_pages()]
    texts = {name: pathlib.Path(config.docs_dir, name) for name in waiting}
    while waiting:
        page = waiting.pop()
        for target in _outside(page, texts[page].read_text("utf-8")):
            name = _page_of(target)
            if name not in texts:
                texts[name] = programs.ROOT / target
                waiting.append(name)
                content = _content(programs.ROOT / target)
                files.append(
                    files_lib.File.generated(config, name, content=content)
                )
    return files


def on_page_markdown(markdown, page, config, files):
    """Returns a page with what it takes from the code."""
    del config, files
    redirect = functools.partial(_redirect, page.file.src_uri)
    markdown = _LINK.sub(redirect, markdown)
    names = _PROGRAM.findall(markdown)
    if names:
        found = programs.describe(names)
        markdown = _PROGRAM.sub(
            lambda match: programs.to_markdown(match[1], found[match[1]]),
            markdown,
        )
    if "<!-- api -->" in markdown:
        markdown = markdown.replace("<!-- api -->", api.to_markdown())
    return markdown


def _outside(page: str, markdown: str) -> list[str]:
    """Returns the project's files, not in docs/, that a page links to."""
    found = {_resolve(page, link) for link in _LINK.findall(markdown)}
    return sorted(
        path
        for path in found
        if path.split("/")[0] not in ("docs", "..")
        and (programs.ROOT / path).is_file()
    )


def _resolve(page: str, link: str) -> str:
    """Returns where a link leads, from the root of the project."""
    inside = page.startswith(f"{_FOLDER}/")
    place = page.removeprefix(f"{_FOLDER}/") if inside else f"docs/{page}"
    return os.path.normpath(os.path.join(os.path.dirname(place), link))


def _redirect(page: str, match: re.Match) -> str:
    """Returns a link as it is on the site."""
    target = _resolve(page, match[0])
    if not (programs.ROOT / target).is_file():
        return match[0]
    inside = target.startswith("docs/")
    place = target.removeprefix("docs/") if inside else _page_of(target)
    return os.path.relpath(place, os.path.dirname(page) or ".")


def _page_of(target: str) -> str:
    return f"{_FOLDER}/{target.removesuffix('.md')}.md"


def _content(path: pathlib.Path) -> str:
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return text
    language = {".py": "python", ".mjs": "js", ".sh": "bash"}.get(path.suffix)
    return f"# {path.name}\n\n````{language or 'text'}\n{text}````\n"

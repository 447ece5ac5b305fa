"""The public surface of kp2part, as Markdown for mkdocstrings.

    python -m docs.generators.api

prints the names as JSON: a process of its own, since a name's module may import
TensorFlow.
"""

import inspect
import json
import subprocess
import sys

import kp2part


def names() -> dict[str, str]:
    """Returns each public name with the place of its definition."""
    listed = getattr(kp2part, "__all__", None) or dir(kp2part)
    found = {}
    for name in sorted(n for n in listed if not n.startswith("_")):
        value = getattr(kp2part, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            found[name] = f"{value.__module__}.{value.__qualname__}"
    return found


def to_markdown() -> str:
    """Returns a section for each name, for mkdocstrings to fill."""
    done = subprocess.run(
        [sys.executable, "-m", "docs.generators.api"],
        capture_output=True,
        text=True,
        check=True,
    )
    return "\n".join(
        f"::: {place}\n"
        "    options:\n"
        f'      heading: "kp2part.{name}"\n'
        f'      toc_label: "{name}"\n'
        for name, place in json.loads(done.stdout).items()
    )


if __name__ == "__main__":
    json.dump(names(), sys.stdout)

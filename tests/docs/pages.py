"""The code in the pages of the documentation."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]


def scripts(page, *languages):
    """Returns the fenced blocks of a page in some languages, in order.

    One of Python becomes a script that runs it.
    """
    text = (ROOT / page).read_text()
    found = re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)
    return [
        f"python - <<'PYTHON'\n{code}PYTHON\n" if name == "python" else code
        for name, code in found
        if name in languages
    ]

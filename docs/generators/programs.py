"""The programs and their flags, as Markdown."""

from collections.abc import Sequence
from concurrent import futures
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
_PACKAGES = ("kp2part", "tfrecords_tools")
_TRAIN = "kp2part.train"


def find(checkout: pathlib.Path = ROOT) -> list[str]:
    """Returns the modules that are programs, e.g. "kp2part.train"."""
    found = []
    for path in (p for d in _PACKAGES for p in (checkout / d).rglob("*.py")):
        if re.search(r"^    cli\.run\(", path.read_text("utf-8"), re.M):
            parts = path.relative_to(checkout).with_suffix("").parts
            found.append(".".join(part for part in parts if part != "__main__"))
    return sorted(found)


def describe(programs: Sequence[str]) -> dict[str, dict]:
    """Returns, by program, what `program_flags.describe` says of it.

    Raises:
        ValueError: A program cannot be loaded; the message is its own.
    """
    with futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(programs, pool.map(_describe, programs), strict=True))


def to_markdown(name: str, program: dict) -> str:
    """Returns the section of a program, without its heading.

    Args:
        name: Its module. Flags that it shares with `_TRAIN` stand there only.
        program: See `program_flags.describe`.
    """
    text, listed = _prose(program["doc"]), program["flags"]
    if name != _TRAIN and any(flag["is_shared"] for flag in listed):
        listed = [flag for flag in listed if not flag["is_shared"]]
        more = ", and these:" if listed else "."
        text += f"\nIt takes [the flags of train](#train){more}\n"
    if listed:
        rows = sorted(listed, key=lambda flag: not flag["is_required"])
        table = ["| flag | default | |", "|---|---|---|", *map(_row, rows)]
        text += "\n" + "\n".join(table) + "\n"
    return text


def _describe(program: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generators.program_flags", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"{program}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def _prose(doc: str) -> str:
    """Returns a docstring with its indented lines in fences."""
    lines, is_code = [], False
    for line in doc.strip().splitlines():
        if line.strip():
            if line.startswith("  ") != is_code:
                lines.append("```" if is_code else "\n```text")
                is_code = not is_code
            line = line if is_code else _escape(line)
        lines.append(line.removeprefix("    "))
    return "\n".join([*lines, "```"] if is_code else lines) + "\n"


def _row(flag: dict) -> str:
    name = f"--[no]{flag['name']}" if flag["is_switch"] else f"--{flag['name']}"
    default = f"`{flag['default']}`" if flag["default"] else ""
    text = _escape(" ".join(flag["help"].split()))
    if flag["choices"]:
        listed = ", ".join(f"`{choice}`" for choice in flag["choices"])
        text += f" One of {listed}."
    default = "required" if flag["is_required"] else default
    return f"| `{name}` | {default} | {text} |"


def _escape(text: str) -> str:
    return re.sub(r"([|<>*_\\`\[\]])", r"\\\1", text)

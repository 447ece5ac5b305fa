"""Runs a program as a user does: as a process of its own."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]


def find() -> list[str]:
    """Returns the modules of all programs, such as "kp2part.train"."""
    paths = [
        path
        for package in ("kp2part", "tfrecords_tools")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "\n    cli.run(" in path.read_text(encoding="utf-8")
    ]
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in paths]
    return [name.removesuffix(".__main__") for name in names]


def run(module: str, *flags: str) -> tuple[int, str, str]:
    """Returns the exit status, the output and the errors of a program."""
    done = subprocess.run(
        [sys.executable, "-m", module, *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr

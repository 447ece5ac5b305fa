"""Runs a program as a user does: as a process of its own."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]


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

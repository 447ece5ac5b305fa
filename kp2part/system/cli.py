"""Runs programs: parses flags, calls `main`, prints errors without a traceback.

    if __name__ == "__main__":
        cli.run(main, required=("tfrecords", "output"))

The program's docstring is its help text. `--help` must be fast, so a program
imports modules that need TensorFlow inside its `main`.
"""

from collections.abc import Callable
from collections.abc import Sequence
import gc
import os
import sys

from absl import app
from absl import flags
from absl import logging

from kp2part.system import command_line
from kp2part.system import extras
from kp2part.system import flagfile
from kp2part.system import interruption
from kp2part.system import processes

# TensorFlow reads this when it is imported. Warnings stay.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
# Its import and its graphs make a million objects that stay. To look through
# them at each further 700, the default, takes a seventh of a program's start.
gc.set_threshold(100_000, 20, 100)

_DEBUG = flags.DEFINE_bool(
    "debug", False, "Show where in the code an error came from."
)


def run(main: Callable[[list[str]], None], required: Sequence[str] = ()):
    """Parses the flags, runs `main` and exits, with 0 on success, else 1.

    A `ValueError` or `OSError` is a message to the user, and so is a package
    that is not installed: without `--debug` it is printed without a traceback.
    Any other exception is a bug and prints its traceback. Ctrl-C ends the
    program with status 130, SIGTERM with 143, see `interruption`.

    Args:
        main: Takes a list with the program's name, as `absl.app.run` passes it.
        required: Flags that must be given.
    """
    flags.mark_flags_as_required(required)
    app.run(
        lambda argv: _guarded(main, argv),
        flags_parser=lambda argv: _parse(argv, required),
    )


def define_dry_run(module: str, what: str) -> flags.FlagHolder[bool]:
    """Defines `--dry_run`, with the same meaning in every program.

    Args:
        module: `__name__` of the program.
        what: What a dry run does, a sentence.
    """
    return flags.DEFINE_bool(
        "dry_run",
        False,
        f"{what} Checks the input and writes nothing.",
        module_name=flag_owner(module),
    )


def flag_owner(module: str) -> str:
    """Returns absl's name of a module, so that `--help` lists its flags."""
    return sys.argv[0] if module == "__main__" else module


def _parse(argv: list[str], required: Sequence[str]) -> list[str]:
    try:
        rest = flags.FLAGS(flagfile.expand(argv))
        command_line.check(argv, required)
        return rest
    except (flags.Error, ValueError) as error:
        sys.exit(f"error: {error}\nPass --help to see the flags.")
    except SystemExit:
        # absl exits with 1 after --help, as for an error.
        sys.exit(0)


def _guarded(main, argv):
    if len(argv) > 1:
        raise app.UsageError(
            f"Every argument must be a flag. Received: {' '.join(argv[1:])}"
        )
    logging.set_verbosity(logging.INFO)
    interruption.install()
    processes.end_with_parent()
    try:
        main(argv)
    except (ValueError, OSError, ModuleNotFoundError) as error:
        message = _message(error)
        if message is None or _DEBUG.value:
            raise
        print(f"error: {message}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except KeyboardInterrupt as error:
        print("interrupted", file=sys.stderr)  # noqa: T201
        interruption.leave(error)


def _message(error: Exception) -> str | None:
    if isinstance(error, ModuleNotFoundError):
        return extras.explain(error)
    return str(error)

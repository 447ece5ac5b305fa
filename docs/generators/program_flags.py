"""Prints the flags of one program as JSON, as the program itself defines them.

    python -m docs.generators.program_flags kp2part.train

A process for each program: several of them define a flag of the same name. The
program is loaded as it is when it is run, but it ends where it would begin.
"""

import json
import pathlib
import runpy
import sys

from absl import flags

from kp2part.system import cli


def describe(program: str) -> dict:
    """Returns the docstring and the flags of a program.

    Args:
        program: Its module, e.g. "kp2part.train".

    Returns:
        `doc`, and `flags`, each with `name`, `default` (text, None if there is
        none), `help`, `choices`, `is_switch`, `is_required` and `is_shared`:
        whether the program has it from another module.
    """
    required_flags = []
    run = cli.run
    cli.run = lambda main, required=(): required_flags.extend(required)
    try:
        names = runpy.run_module(program, run_name="__main__", alter_sys=True)
    finally:
        cli.run = run
    # While a program runs, absl calls it by its file.
    file = names["__file__"]
    own = {
        flag.name for flag in flags.FLAGS.flags_by_module_dict().get(file, ())
    }
    return {
        "doc": names["__doc__"],
        "flags": [
            _fields(flag, flag.name in required_flags, flag.name not in own)
            for flag in flags.FLAGS.get_key_flags_for_module(file)
        ],
    }


def _fields(flag: flags.Flag, is_required: bool, is_shared: bool) -> dict:
    choices = list(getattr(flag.parser, "enum_values", None) or ())
    return {
        "name": flag.name,
        "default": None if flag.default is None else _text(flag),
        # absl puts the choices in front.
        "help": flag.help.removeprefix(f"<{'|'.join(choices)}>: "),
        "choices": choices,
        "is_switch": bool(flag.boolean),
        "is_required": is_required,
        "is_shared": is_shared,
    }


def _text(flag: flags.Flag) -> str:
    # Of files in this checkout, what is the same in all checkouts.
    text = str(flag.default_as_str).strip("'")
    return text.removeprefix(f"{pathlib.Path.cwd()}/")


if __name__ == "__main__":
    json.dump(describe(sys.argv[1]), sys.stdout)

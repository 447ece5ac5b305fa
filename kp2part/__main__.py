"""The command `kp2part`: runs the programs, and lists them.

    kp2part predict --image=dog.jpg --keypoints=dog.json --output=prediction
    python -m kp2part predict --help

`kp2part predict` is `python -m kp2part.predict`. The list is made of the first
lines of the programs' docstrings, without importing a program: TensorFlow takes
seconds to import.
"""

import ast
from collections.abc import Sequence
import difflib
import importlib.util
import pathlib
import runpy
import sys

# In the order of the list: each group is a step of the work.
PROGRAMS = {
    "Data": {
        "draw": "tfrecords_tools.draw",
        "build": "tfrecords_tools.build",
        "verify": "tfrecords_tools.verify",
        "show": "tfrecords_tools.show",
        "priors": "tfrecords_tools.priors",
    },
    "Training": {
        "train": "kp2part.train",
        "evaluate": "kp2part.evaluate",
        "explain": "kp2part.explain",
        "report": "kp2part.report",
        "calibrate": "kp2part.calibrate",
        "model_card": "kp2part.model_card",
    },
    "Experiments": {
        "crossval": "kp2part.crossval",
        "robustness": "kp2part.robustness",
        "trial": "kp2part.trial",
    },
    "Serving": {
        "export": "kp2part.export",
        "predict": "kp2part.predict",
        "transfer": "kp2part.transfer",
        "serve": "kp2part.serve",
        "conformance": "kp2part.conformance",
    },
}
_MODULES = {
    name: module
    for group in PROGRAMS.values()
    for name, module in group.items()
}
_HELP = ("--help", "-h", "--helpfull", "help")


def summary(module: str) -> str:
    """Returns the first line of a program's docstring, without running it."""
    spec = importlib.util.find_spec(module)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{module}.__main__")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {module!r}")
    source = pathlib.Path(spec.origin).read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""
    return docstring.partition("\n")[0]


def overview() -> str:
    """Returns the help text: all programs, each with one line."""
    width = max(map(len, _MODULES))
    lines = ["usage: kp2part COMMAND [FLAGS]", ""]
    for group, programs in PROGRAMS.items():
        lines.append(f"{group}:")
        lines += [
            f"  {name:{width}}  {summary(module)}"
            for name, module in programs.items()
        ]
        lines.append("")
    lines.append("kp2part COMMAND --help explains the flags of a command.")
    return "\n".join(lines)


def run(arguments: Sequence[str]) -> int:
    """Runs a program; it exits by itself.

    Args:
        arguments: Its name and its flags.

    Returns:
        The exit status where no program was run: 0 after the list, 2 if there
        is no such program.
    """
    name, *flags = arguments or ("--help",)
    if name in _HELP:
        print(overview())  # noqa: T201
        return 0
    if name not in _MODULES:
        print(_unknown(name), file=sys.stderr)  # noqa: T201
        return 2
    sys.argv = [name, *flags]
    # As `python -m` does, so that programs need not know of this command.
    runpy.run_module(_MODULES[name], run_name="__main__", alter_sys=True)
    return 0


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, _MODULES, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "See kp2part --help."
    return f"error: {name!r} is not a command of kp2part. {hint}"


def main():
    """Runs the command line. The entry point of the console command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

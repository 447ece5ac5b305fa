"""Which peers there are: none of them is needed to use kp2part."""

from collections.abc import Sequence
import importlib.util

from absl import logging


def has(who: str, modules: Sequence[str]) -> bool:
    """Returns whether modules can be imported, and says so if they cannot.

    Args:
        who: What is left out without them.
        modules: Their names.
    """
    missing = [x for x in modules if importlib.util.find_spec(x) is None]
    if missing:
        logging.warning(
            "%s is left out: %s is not installed, see requirements-bench.txt.",
            who,
            ", ".join(missing),
        )
    return not missing

"""The flags of programs that also run on Apache Beam; imports none of it."""

import logging
from typing import TYPE_CHECKING

from absl import flags

from kp2part.system import cli

if TYPE_CHECKING:
    from kp2part.beam import runner as runner_lib


def define(module: str):
    """Defines --runner and --beam_options.

    Args:
        module: `__name__` of the program.
    """
    owner = cli.flag_owner(module)
    flags.DEFINE_string(
        "runner",
        None,
        "Run as a pipeline of Apache Beam: DirectRunner (on this machine), "
        "FlinkRunner, SparkRunner, DataflowRunner. Does not change the result. "
        "By default without Beam.",
        module_name=owner,
    )
    flags.DEFINE_string(
        "beam_options",
        "",
        "Options of Beam and its runner, as on a command line: "
        '"--direct_num_workers=8 --direct_running_mode=multi_processing".',
        module_name=owner,
    )


def read(**paths: str | None) -> "runner_lib.Runner | None":
    """Returns the chosen runner, None to run without Beam.

    Args:
        **paths: The paths that workers read or write, by the flag's name.

    Raises:
        ValueError: There is no such runner or option, or its workers would not
            find the paths.
        ModuleNotFoundError: Apache Beam is not installed.
    """
    name, options = flags.FLAGS.runner, flags.FLAGS.beam_options
    if name is None:
        if options:
            raise ValueError(
                "`beam_options` are of a `runner`, which must be given. "
                f"Received: beam_options={options!r}"
            )
        return None
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    # On import it warns of clouds that are not used.
    logging.disable(logging.WARNING)
    try:
        from kp2part.beam import runner
    finally:
        logging.disable(logging.NOTSET)
    chosen = runner.Runner(name, options)
    chosen.check_paths(paths)
    return chosen

"""The flags that say which devices train a network."""

from collections.abc import Iterator
import contextlib
import os
import pathlib

from kp2part.distribution import cluster
from kp2part.distribution import team as team_lib
from kp2part.system import settings_flags

settings_flags.define(cluster.Distribution, __name__)


def read() -> cluster.Distribution:
    """Returns the settings of the command line.

    Raises:
        ValueError: A value breaks a rule; the message names it.
    """
    return settings_flags.read(cluster.Distribution)


@contextlib.contextmanager
def team(
    chosen: cluster.Distribution, workdir: pathlib.Path
) -> Iterator[team_lib.Team]:
    """Returns a context with the devices and processes of a run.

    Args:
        chosen: What flags say.
        workdir: Of the run.

    Raises:
        ValueError: They are not to be had.
    """
    if chosen.distribute == "none":
        yield team_lib.ALONE
    elif chosen.distribute == "mirrored":
        from kp2part.distribution import mirrored

        with mirrored.on_all_devices() as found:
            yield found
    else:
        place = cluster.find(chosen, os.environ)
        from kp2part.distribution import processes

        with processes.joined(place, chosen.process_timeout, workdir) as found:
            yield found

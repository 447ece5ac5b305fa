"""One process for each place of a run.

If the same command is started twice, JAX lets the second process in, and then
aborts the run that was working.
"""

from collections.abc import Iterator
import contextlib
import pathlib
import socket

from kp2part.distribution import cluster
from kp2part.system import locks


@contextlib.contextmanager
def kept(place: cluster.Place, workdir: pathlib.Path) -> Iterator[None]:
    """Keeps a place for this process, as long as the context lasts.

    Args:
        place: Of this process.
        workdir: Of the run.

    Raises:
        ValueError: Another process has it, or the port of process 0.
    """
    if place.index:  # Process 0 takes the lock of the run itself.
        with locks.directory(workdir, f".lock-{place.index}"):
            yield
        return
    if place.coordinator is not None:
        _check_port(place.coordinator)
    yield


def _check_port(coordinator: str):
    """Checks that a port is free: JAX shares one with whoever has it."""
    port = int(coordinator.rpartition(":")[2])
    with socket.socket() as listener:
        # Or the port of a run that has just ended would count as taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))
        except OSError as error:
            raise ValueError(
                "`coordinator` must have a port that is free on this machine: "
                f"{error.strerror}. Another run may have it. Received: "
                f"coordinator={coordinator}"
            ) from error

"""What is told at once, before TensorFlow and a model take their seconds."""

from collections.abc import Mapping
import pathlib
import socket

from kp2part.system import published

_MAX_PORT = 65535
_MAX_NAMES = 5  # Of a directory, in a message.


def http_port(given: int | None, environment: Mapping[str, str]) -> int:
    """Returns the port for REST: as given, or that of PORT, or 8501.

    Raises:
        ValueError: PORT is no number of a port.
    """
    if given is not None:
        return given
    text = environment.get("PORT") or "8501"
    if text.isascii() and text.isdecimal() and int(text) <= _MAX_PORT:
        return int(text)
    raise ValueError(
        f"The environment variable PORT must be in 0..{_MAX_PORT}. "
        f"Received: {text!r:.40}"
    )


def check_free(host: str, port: int):
    """Checks that a port is there to listen on.

    Raises:
        OSError: It is taken, or the host is not an address of this machine.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise OSError(
            f"HTTP cannot listen at {host}, port {port}: {error}"
        ) from error


def check_base_path(path: pathlib.Path):
    """Checks that versions are, or can appear, in a directory.

    Raises:
        ValueError: It is a version itself or a file, or nothing can be in it,
            or what is in it are no versions.
    """
    if (path / "saved_model.pb").exists():
        raise ValueError(
            f"{path}: is a single version. `model_base_path` must be the "
            f"directory of numbered versions, perhaps {path.parent}"
        )
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path}: `model_base_path` must be a directory.")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no directory {path.parent}")
    if path.is_dir():
        _check_entries(path)


def _check_entries(path):
    # What a hidden name has is being written: it appears by a rename.
    names = [p.name for p in path.iterdir() if not p.name.startswith(".")]
    if not names or published.versions(path):
        return
    models = [p for p in path.iterdir() if p.is_dir() and _has_version(p)]
    hint = f", perhaps {min(models)}" if models else ""
    raise ValueError(
        f"{path}: `model_base_path` must be a directory of numbered versions"
        f"{hint}. Received one with: "
        f"{', '.join(sorted(names)[:_MAX_NAMES])!r:.200}"
    )


def _has_version(path):
    try:
        return bool(published.versions(path))
    except OSError:
        return False

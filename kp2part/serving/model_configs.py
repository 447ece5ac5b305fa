"""Which models a server has: TensorFlow Serving's `--model_config_file`.

    model_config_list {
      config {
        name: "animals"
        base_path: "/models/animals"
        model_platform: "tensorflow"
      }
    }

A file that is taken here is taken by TensorFlow Serving, with the same meaning:
what only TensorFlow Serving can do is an error, never ignored.
"""

import dataclasses
import pathlib
import re

from google.protobuf import text_format

from kp2part.system import text_file

_PLATFORM = "tensorflow"
_FIELDS = ("name", "base_path", "model_platform")
_MAX_REASON = 200  # A parser's message quotes the line, however long.


@dataclasses.dataclass(frozen=True)
class Config:
    """A model to serve.

    Attributes:
        name: Its name in URLs.
        base_path: The directory of its numbered versions, absolute.
    """

    name: str
    base_path: pathlib.Path


def check_name(name: str, where: str):
    """Checks that a URL can hold the name of a model.

    Args:
        name: The name.
        where: The flag or the field that it comes from, for the message.

    Raises:
        ValueError: It cannot.
    """
    if not re.fullmatch(r"[^/:%?#\s\x00-\x1f\x7f]+", name):
        raise ValueError(
            f"{where} must not be empty, nor contain whitespace or any of "
            f"/:%?#. Received: {name!r:.80}"
        )


def read(path: pathlib.Path) -> list[Config]:
    """Returns the models of a file, at least one, in its order.

    Args:
        path: Of a `ModelServerConfig` in the text format.

    Raises:
        ValueError: It cannot be read, is no such text, or asks for what only
            TensorFlow Serving can do.
    """
    # Here: it brings TensorFlow, and `--help` needs only this module's types.
    from tensorflow_serving.config import model_server_config_pb2

    message = model_server_config_pb2.ModelServerConfig()
    try:
        text_format.Parse(text_file.read(path), message)
    except text_format.ParseError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path}: line {reason:.{_MAX_REASON}}") from error
    if message.HasField("custom_model_config"):
        raise ValueError(f"{path}: `custom_model_config` is not supported.")
    found = [
        _config(config, f"{path}: config {i}")
        for i, config in enumerate(message.model_config_list.config, 1)
    ]
    if not found:
        raise ValueError(f"{path}: `model_config_list` must have a `config`.")
    _check_distinct(found, path)
    return found


def _config(config, where):
    check_name(config.name, f"{where}: `name`")
    where = f"{where} ({config.name!r:.80})"
    others = [
        field.name
        for field, _ in config.ListFields()
        if field.name not in _FIELDS
    ]
    if others:
        raise ValueError(
            f"{where}: `{others[0]}` is not supported: the newest version "
            "serves."
        )
    if config.model_platform != _PLATFORM:
        raise ValueError(
            f'{where}: `model_platform` must be "{_PLATFORM}". Received: '
            f"{config.model_platform!r:.80}"
        )
    # TensorFlow Serving does not take a relative one either.
    if not config.base_path.startswith("/") or "\0" in config.base_path:
        raise ValueError(
            f"{where}: `base_path` must be an absolute path. Received: "
            f"{config.base_path!r:.80}"
        )
    return Config(config.name, pathlib.Path(config.base_path))


def _check_distinct(configs, path):
    names = [config.name for config in configs]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(
                f"{path}: config {i + 1}: `name` must be of one model only. "
                f"Received: {name!r:.80} as in config {names.index(name) + 1}"
            )

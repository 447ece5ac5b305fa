"""Numbered versions of a model in a directory, as in TensorFlow Serving."""

import pathlib

_MAX_INT64 = 2**63 - 1


def versions(directory: pathlib.Path) -> dict[int, pathlib.Path]:
    """Returns the directories of a model's versions, by number.

    Names that are not decimal numbers are ignored. `0007` is version 7.

    Raises:
        OSError: `directory` cannot be read.
    """
    return {
        int(path.name): path
        for path in sorted(directory.iterdir())
        if path.name.isascii()
        and path.name.isdigit()
        and int(path.name) <= _MAX_INT64
        and path.is_dir()
    }


def newest(directory: pathlib.Path) -> pathlib.Path:
    """Returns `directory` if it is a SavedModel, else its newest version.

    Raises:
        ValueError: It is neither.
    """
    if (directory / "saved_model.pb").is_file():
        return directory
    numbers = versions(directory) if directory.is_dir() else {}
    if not numbers:
        raise ValueError(
            f"{directory}: neither a SavedModel nor a directory of numbered "
            "versions. Export one with kp2part.export."
        )
    return numbers[max(numbers)]

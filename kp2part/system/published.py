"""Directories of numbered versions of a model, as TensorFlow Serving has them."""

import pathlib

# The model that comes with kp2part. An installed package has none.
SHIPPED = pathlib.Path(__file__).parents[1] / "saved_models" / "quadruped_lite"


def newest_version(directory: pathlib.Path) -> pathlib.Path:
    """Returns `directory` if it is a SavedModel, else its newest version."""
    if (directory / "saved_model.pb").is_file():
        return directory
    if not (numbers := _versions(directory)):
        raise ValueError(
            f"{directory}: neither a SavedModel nor a directory of numbered "
            "versions. Make one with kp2part.export."
        )
    return numbers[max(numbers)]


def _versions(directory: pathlib.Path) -> dict[int, pathlib.Path]:
    return {int(p.name): p for p in directory.glob("*") if p.name.isdecimal()}

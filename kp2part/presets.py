"""The trained models that come with kp2part, in a checkout and installed.

    from kp2part import presets

    network = presets.load("quadruped_lite")  # A Keras network.
    presets.directory("quadruped_lite")  # For `client.connect`, or a server.

Each is an export of `kp2part.export`: a directory of versions, whose model card
is its README.md.
"""

import pathlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

NAMES = ("quadruped_lite",)


def directory(name: str) -> pathlib.Path:
    """Returns the directory of a model's versions.

    Args:
        name: One of `NAMES`.

    Raises:
        ValueError: There is no such model.
    """
    if name not in NAMES:
        raise ValueError(
            f"`name` must be one of {list(NAMES)}. Received: name={name!r}"
        )
    # A wheel has the models in the package, a checkout beside it.
    package = pathlib.Path(__file__).parent
    installed = package / "saved_models"
    base = installed if installed.is_dir() else package.parent / "saved_models"
    return base / name


def load(name: str) -> "keras.Model":
    """Returns the network of a model, with its trained weights, not compiled.

    Args:
        name: One of `NAMES`.

    Raises:
        ValueError: There is no such model.
    """
    # Here: whoever only wants to know where a model is needs no Keras.
    from kp2part.models import model_file

    return model_file.load_network(str(directory(name)))

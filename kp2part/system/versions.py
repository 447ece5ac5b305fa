"""The versions of the software that runs."""

from importlib import metadata
import platform

import kp2part

_MODULES = ("keras", "tensorflow", "numpy")


def versions(backend: str) -> dict[str, str]:
    """Returns the versions of all that decides over a network's weights.

    Nothing is imported for it.

    Args:
        backend: Of Keras, such as "tensorflow".
    """
    # TensorFlow comes in packages of several names.
    packages = metadata.packages_distributions()
    return {
        "kp2part": kp2part.__version__,
        **{m: metadata.version(packages[m][0]) for m in _MODULES},
        "backend": backend,
        "python": platform.python_version(),
    }

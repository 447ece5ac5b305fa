"""The versions of the installed software."""

from importlib import metadata
import platform

from kp2part import version

_MODULES = ("keras", "tensorflow", "numpy")


def versions(backend: str) -> dict[str, str]:
    """Returns the versions of all software that affects a network's weights.

    Does not import it.

    Args:
        backend: Backend of Keras, such as "tensorflow".
    """
    # TensorFlow is distributed as packages of several names.
    packages = metadata.packages_distributions()
    return {
        "kp2part": version.__version__,
        **{m: metadata.version(packages[m][0]) for m in _MODULES},
        "backend": backend,
        "python": platform.python_version(),
    }

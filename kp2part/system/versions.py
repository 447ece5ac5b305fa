"""The versions of the installed software."""

from importlib import metadata
import platform

from kp2part import version

_MODULES = ("keras", "tensorflow", "jax", "numpy")


def versions(backend: str) -> dict[str, str]:
    """Returns the versions of all software that affects a network's weights.

    Does not import it. What is not installed is left out, and so is JAX if it
    is not the backend.

    Args:
        backend: Backend of Keras, such as "tensorflow".
    """
    # TensorFlow is distributed as packages of several names.
    packages = metadata.packages_distributions()
    return {
        "kp2part": version.__version__,
        **{
            name: metadata.version(packages[name][0])
            for name in _MODULES
            if name in packages and (name != "jax" or backend == name)
        },
        "backend": backend,
        "python": platform.python_version(),
    }

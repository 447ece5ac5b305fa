"""The versions of the installed software."""

from importlib import metadata
import pathlib
import platform
import subprocess

from kp2part import version

_ROOT = pathlib.Path(version.__file__).parents[1]
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


def source() -> dict[str, str | bool] | None:
    """Returns which commit of kp2part runs, None outside of a checkout.

    Returns:
        `commit`, and `is_changed`: whether its code is not quite that of the
        commit.
    """
    if not (_ROOT / ".git").exists():
        return None
    try:
        return {
            "commit": _git("rev-parse", "HEAD"),
            "is_changed": bool(_git("status", "--porcelain", "--", "kp2part")),
        }
    # No git, or a checkout of somebody else's.
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()

"""The versions of the software that runs."""

import platform

import keras
import numpy as np
import tensorflow as tf

import kp2part


def versions() -> dict[str, str]:
    """Returns the versions of all that decides over a network's weights."""
    return {
        "kp2part": kp2part.__version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }

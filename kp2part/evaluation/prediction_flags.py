"""Flags of what is made of a network's output: they must go together.

What is evaluated or calibrated with one setting is to be exported with it.
"""

from typing import Any

from absl import flags

from kp2part.system import json_file

FLIP_AVERAGE = flags.DEFINE_bool(
    "flip_average",
    False,
    "Average the predictions for each object and its mirror image: slightly "
    "better masks at twice the cost.",
)
MIN_PART = flags.DEFINE_float(
    "min_part",
    0.0,
    "Leave out parts with less than this share of the object's pixels: a part "
    "that is not to be seen is often predicted in a few. 0.02 is a good start.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
FIELD = "prediction"  # Of calibration.json.


def load(path: str):
    """Returns the network in a file as the flags have it.

    Args:
        path: A `.keras` file, or a directory written by `kp2part.export`.

    Returns:
        A `keras.Model`.
    """
    # Here, as flags are defined before TensorFlow is imported.
    from kp2part.models import mirrored
    from kp2part.models import model_file
    from kp2part.models import small_parts

    model, _ = model_file.load(path)
    if FLIP_AVERAGE.value:
        model = mirrored.average(model)
    if MIN_PART.value:
        model = small_parts.leave_out(model, MIN_PART.value)
    return model


def settings() -> dict[str, Any]:
    """Returns the flags' values, as they are written to a calibration."""
    return {"flip_average": FLIP_AVERAGE.value, "min_part": MIN_PART.value}


def check_calibration(path: str):
    """Checks that a calibration was made with the flags' values.

    Raises:
        ValueError: It was made with others.
    """
    found = json_file.read(path, dict[str, Any]).get(FIELD, settings())
    if found != settings():
        raise ValueError(
            f"{path}: the quality was calibrated for predictions with {found}. "
            f"Give these flags, or calibrate again. Received: {settings()}"
        )

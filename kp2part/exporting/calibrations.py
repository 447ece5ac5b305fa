"""The calibration that is exported with a network, or found in an export."""

import pathlib
from typing import Any

import keras

from kp2part.evaluation import prediction_flags
from kp2part.exporting import saved_model
from kp2part.models import mask_quality
from kp2part.schema import keys
from kp2part.system import json_file
from kp2part.system import published


def load(path: str, model: keras.Model) -> mask_quality.Calibration:
    """Returns the calibration for a network.

    Args:
        path: calibration.json of `kp2part.calibrate`, or a directory written by
            `kp2part.export` whose model tells the quality of masks.
        model: What is exported.

    Raises:
        ValueError: There is none, or it is of predictions that are made
            otherwise.
    """
    if not pathlib.Path(path).is_dir():
        prediction_flags.check_calibration(path)
        return mask_quality.load(path)
    file = published.newest(pathlib.Path(path)) / saved_model.METADATA
    fields = json_file.read(file, dict[str, Any])
    if keys.QUALITY not in fields:
        raise ValueError(f"{file}: this model has no quality of masks.")
    # The name says how predictions are made, e.g. averaged with the mirrored.
    if fields["network"] != model.name:
        raise ValueError(
            f"{file}: the quality was calibrated for {fields['network']!r}. "
            "Give the flags, such as --flip_average, that it was exported "
            f"with. Received: {model.name!r}"
        )
    return mask_quality.Calibration.from_json(fields[keys.QUALITY])

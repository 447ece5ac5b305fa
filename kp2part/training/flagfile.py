"""Reads the settings of a run, `train.flags`, of this or an earlier version.

Defines no flags, so any program can read the settings of a run.
"""

import pathlib

from kp2part.system import settings_flags
from kp2part.training import config

# Names in train.flags of earlier versions.
_RENAMED = {"colour": "color", "train_share": "train_fraction"}
_RETIRED = ("workdir",)


def load(path: pathlib.Path) -> config.TrainConfig:
    """Returns the settings of a run, from its train.flags.

    Settings that are newer than the file have their defaults.

    Raises:
        ValueError: A setting is unknown, or a value breaks a rule; the message
            names the file.
    """
    return settings_flags.read_flagfile(
        config.TrainConfig, path, _RENAMED, _RETIRED
    )

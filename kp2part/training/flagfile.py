"""The settings of a run as a flagfile, `train.flags`, of this version or older.

Defines no flags: any program may read the settings of a run.
"""

import pathlib

from kp2part.system import settings_flags
from kp2part.training import config

# What train.flags of earlier versions may say.
_RENAMED = {"colour": "color", "train_share": "train_fraction"}
_RETIRED = ("workdir",)


def load(path: pathlib.Path) -> config.TrainConfig:
    """Returns the settings of a run, from its train.flags.

    Those that the version which wrote it did not have are at their defaults.

    Raises:
        ValueError: It has a setting that there is not, or a value that breaks
            a rule; the message names the file.
    """
    return settings_flags.read_flagfile(
        config.TrainConfig, path, _RENAMED, _RETIRED
    )

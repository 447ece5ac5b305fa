"""Reads the settings of a run, `train.flags`, of this or an earlier version.

Defines no flags, so any program can read the settings of a run.
"""

import pathlib

from kp2part.system import settings
from kp2part.system import settings_flags
from kp2part.training import config as config_lib

# Names in train.flags of earlier versions.
_RENAMED = {"colour": "color", "train_share": "train_fraction"}
_RETIRED = ("workdir",)


def check_same(path: pathlib.Path, config: config_lib.TrainConfig, flag: str):
    """Checks that the settings in a file, if there is one, are these.

    Args:
        path: train.flags of a run, or what the runs of an experiment share.
        config: The settings. Those added to kp2part since the file was written
            must have their defaults.
        flag: Name of the flag that chooses the file's directory.

    Raises:
        ValueError: They are others; the message names all that differ.
    """
    if not path.is_file():
        return
    old, new = settings.to_dict(load(path)), settings.to_dict(config)
    changes = [
        f"{name}={settings.to_text(old[name])}, now "
        f"{name}={settings.to_text(new[name])}"
        for name in old
        if old[name] != new[name]
    ]
    if changes:
        raise ValueError(
            f"{path}: this run was started with {'; '.join(changes)}. Give "
            f"the same flags to resume it, or another --{flag} to start a new "
            "run."
        )


def load(path: pathlib.Path) -> config_lib.TrainConfig:
    """Returns the settings of a run, from its train.flags.

    Settings that are newer than the file have their defaults.

    Raises:
        ValueError: A setting is unknown, or a value breaks a rule; the message
            names the file.
    """
    return settings_flags.read_flagfile(
        config_lib.TrainConfig, path, _RENAMED, _RETIRED
    )

"""The settings of a run as a flagfile, `train.flags`, of this version or older.

Defines no flags: any program may read the settings of a run.
"""

import pathlib

from kp2part.system import settings
from kp2part.system import settings_flags
from kp2part.training import config as config_lib

# What train.flags of earlier versions may say.
_RENAMED = {"colour": "color", "train_share": "train_fraction"}
_RETIRED = ("workdir",)


def check_same(path: pathlib.Path, config: config_lib.TrainConfig, flag: str):
    """Checks that the settings in a file, if there is one, are these.

    Args:
        path: train.flags of a run, or what the runs of an experiment share.
        config: The settings. One that kp2part has got since the file was
            written must be at its default.
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
            f"{path}: this run was begun with {'; '.join(changes)}. Give the "
            f"same flags to continue it, or another --{flag} to begin anew."
        )


def load(path: pathlib.Path) -> config_lib.TrainConfig:
    """Returns the settings of a run, from its train.flags.

    Those that the version which wrote it did not have are at their defaults.

    Raises:
        ValueError: It has a setting that there is not, or a value that breaks
            a rule; the message names the file.
    """
    return settings_flags.read_flagfile(
        config_lib.TrainConfig, path, _RENAMED, _RETIRED
    )

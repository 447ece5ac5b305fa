"""The flags of a training run, and the `TrainConfig` that they ask for."""

import pathlib

from absl import flags

from kp2part.system import settings_flags
from kp2part.training import config

_RECIPES = {
    "paper": {
        "pseudo_parts_weight": 0.01,
        "dice_weight": 0.0,
        "bones": False,
        "keypoint_dropout": 0.0,
        "keypoint_jitter": 0.0,
    },
    # What each is worth: docs/results.md, section 9.
    "best": {
        "pseudo_parts_weight": 0.2,
        "dice_weight": 1.0,
        "bones": True,
        "keypoint_dropout": 0.1,
        "keypoint_jitter": 2.0,
    },
}
# What train.flags of earlier versions may say.
_RENAMED = {"colour": "color", "train_share": "train_fraction"}
_RETIRED = ("workdir",)


class _RecipeFlag(flags.EnumFlag):
    """Sets the flags of a recipe where it stands, as a flagfile would."""

    def parse(self, argument):
        super().parse(argument)
        for name, value in _RECIPES[self.value].items():
            flags.FLAGS[name].value = value


settings_flags.define(config.TrainConfig, __name__)
flags.DEFINE_flag(
    _RecipeFlag(
        "recipe",
        None,
        "The losses and augmentations of the paper, or those that beat it: "
        "best stands for "
        + " ".join(f"--{name}={x}" for name, x in _RECIPES["best"].items())
        + ". Flags after it override it.",
        list(_RECIPES),
    ),
    module_name=__name__,
)


def read() -> config.TrainConfig:
    """Returns what the command line asks for.

    Raises:
        ValueError: A value breaks a rule; the message names it.
    """
    return settings_flags.read(config.TrainConfig)


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

"""The flags of a training run, read as a `TrainConfig`."""

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
    # The gain of each: docs/results.md, section 9.
    "best": {
        "pseudo_parts_weight": 0.2,
        "dice_weight": 1.0,
        "bones": True,
        "keypoint_dropout": 0.1,
        "keypoint_jitter": 2.0,
    },
}


class _RecipeFlag(flags.EnumFlag):
    """Sets the flags of a recipe at its position, as a flagfile would."""

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
        + ". Later flags override it.",
        list(_RECIPES),
    ),
    module_name=__name__,
)


def read() -> config.TrainConfig:
    """Returns the settings of the command line.

    Raises:
        ValueError: A value breaks a rule; the message names it.
    """
    return settings_flags.read(config.TrainConfig)

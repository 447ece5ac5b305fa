"""The settings of a run that TensorBoard's HParams page lists."""

from kp2part.system import settings
from kp2part.training import config as config_lib

# Listed always, so that runs can be compared by them.
_MAIN = (
    *("network", "encoder", "image_size", "batch_size", "epochs"),
    *("optimizer", "learning_rate", "schedule", "precision", "seed"),
)
# Where things are does not say how good a network becomes.
_PLACES = ("tfrecords", "extra_tfrecords")

Value = bool | int | float | str


def chosen(config: config_lib.TrainConfig) -> dict[str, Value]:
    """Returns the main settings of a run, and what is not at its default.

    Args:
        config: All settings of the run.

    Returns:
        Name of the setting -> its value, as text if it is no number.
    """
    values = settings.to_dict(config)
    defaults = {x.name: x.default for x in settings.fields(type(config))}
    others = sorted(
        name
        for name, value in values.items()
        if name not in (*_MAIN, *_PLACES) and value != defaults[name]
    )
    return {name: _plain(values[name]) for name in (*_MAIN, *others)}


def _plain(value) -> Value:
    if isinstance(value, bool | int | float):
        return value
    return "default" if value is None else settings.to_text(value)

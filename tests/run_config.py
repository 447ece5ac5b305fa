"""Settings of a run by name, for tests that need a few of them."""

from kp2part.system import settings
from kp2part.training import config


def make(tfrecords: str, **values) -> config.TrainConfig:
    """Returns the settings of a run; those not given are at their defaults."""
    return settings.from_dict(
        config.TrainConfig, {"tfrecords": str(tfrecords), **values}
    )

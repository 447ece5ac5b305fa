r"""Trains a network on TFRecords.

    python -m kp2part.train --flagfile=configs/lite.flags \
        --tfrecords=data/quadruped --workdir=runs/quadruped

The same command on the same --workdir resumes where it was stopped: Ctrl-C and
SIGTERM save first, and what is killed has lost at most --save_every_minutes.
--workdir then holds model.keras (the best epoch by mean IoU on the validation
examples), history.csv, train.flags and logs for TensorBoard. A table of the
epochs goes to standard output.
"""

import pathlib
import sys

from absl import flags

from kp2part.distribution import flags as distribution_flags
from kp2part.system import cli
from kp2part.system import settings_flags
from kp2part.training import flags as train_flags

flags.adopt_module_key_flags(train_flags)  # So that --help lists them.
flags.adopt_module_key_flags(distribution_flags)

_WORKDIR = flags.DEFINE_string(
    "workdir",
    None,
    "Directory of this run: model.keras (the best epoch), the last checkpoint, "
    "history.csv, train.flags, TensorBoard logs.",
)
_SAVE_EVERY = flags.DEFINE_float(
    "save_every_minutes",
    10.0,
    "Minutes between checkpoints within an epoch; 0 saves before validation "
    "and after epochs only. Does not change the result.",
    lower_bound=0.0,
)
_PRINT_CONFIG = flags.DEFINE_bool(
    "print_config", False, "Print all settings as a flagfile; do nothing else."
)


def main(argv):
    del argv  # `cli` rejects arguments.
    config = train_flags.read()
    if _PRINT_CONFIG.value:
        sys.stdout.write(settings_flags.to_flagfile(config))
        return
    distribution = distribution_flags.read()
    from kp2part.training import trainer
    from kp2part.training import workdir

    path = pathlib.Path(_WORKDIR.value)
    with distribution_flags.team(distribution, path) as team:
        trainer.train(
            config,
            workdir.Workdir(path),
            _SAVE_EVERY.value,
            sys.stdout,
            team,
        )


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "workdir"))

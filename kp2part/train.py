r"""Trains a network on TFRecords.

    python -m kp2part.train --flagfile=configs/lite_quadruped.flags \
        --tfrecords=data/quadruped --workdir=runs/quadruped

The same command on the same --workdir goes on after the last finished epoch.
--workdir then holds model.keras (the best epoch by mean IoU on the validation
examples), history.csv, train.flags and logs for TensorBoard.
"""

from absl import flags
from absl import logging

from kp2part.system import cli
from kp2part.training import flags as flags_lib
from kp2part.training import trainer

flags.adopt_module_key_flags(flags_lib)  # So that --help lists them.


def main(argv):
    del argv  # `cli` has refused any.
    logging.set_verbosity(logging.INFO)
    trainer.train(flags_lib.from_flags())


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "workdir"))

r"""Trains a network and scores its last epoch: one run of an experiment.

    python -m kp2part.trial --flagfile=configs/lite.flags \
        --tfrecords=data/quadruped --workdir=runs/trial

Takes the flags of kp2part.train. Scores the network of the last epoch, not the
best one, so that the validation examples do not choose the network that they
score. --workdir then also holds matrices.npy (the confusion matrix of each
example, in the order of the records) and metrics.json. A finished run is not
repeated; an interrupted one resumes.
"""

import pathlib

from absl import flags

from kp2part.system import cli
from kp2part.training import flags as train_flags

flags.adopt_module_key_flags(train_flags)

_WORKDIR = flags.DEFINE_string("workdir", None, "Directory of this run.")


def main(argv):
    del argv
    config = train_flags.read()
    from kp2part.experiments import trial
    from kp2part.training import trainer
    from kp2part.training import workdir as workdir_lib

    workdir = workdir_lib.Workdir(pathlib.Path(_WORKDIR.value))
    trainer.train(config, workdir)
    with workdir.locked():
        if not (workdir.path / "metrics.json").is_file():
            trial.score(config, workdir)


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "workdir"))

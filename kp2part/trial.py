r"""Trains a network and scores its last epoch: one run of an experiment.

    python -m kp2part.trial --flagfile=configs/lite_quadruped.flags \
        --tfrecords=data/quadruped --workdir=runs/trial

Takes the flags of kp2part.train. The network of the last epoch is scored on the
validation examples, not the best one: nothing is chosen by the examples that
judge. --workdir then also holds matrices.npy (the confusion matrix of each
example, in the order of the records) and metrics.json. A finished run is left
alone; one that was stopped goes on.
"""

import json
import pathlib

from absl import flags
from absl import logging
import numpy as np

from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import inference
from kp2part.evaluation import scores
from kp2part.models import model_file
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.training import config as config_lib
from kp2part.training import flags as flags_lib
from kp2part.training import splits
from kp2part.training import trainer
from kp2part.training import workdir

flags.adopt_module_key_flags(flags_lib)


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    config = flags_lib.from_flags()
    path = pathlib.Path(config.workdir)
    trainer.train(config)
    if not (path / "metrics.json").is_file():
        score(config, path)


def score(config: config_lib.TrainConfig, path: pathlib.Path):
    """Writes matrices.npy and metrics.json of a trained run."""
    checkpoint, _ = workdir.Workdir(path).checkpoint()
    model, task = model_file.load(str(checkpoint))
    manifest = manifest_lib.load(config.tfrecords)
    _, validation = splits.choose(config, manifest)
    matrices = np.concatenate(
        [
            inference.confusion(batch, predictions)
            for batch, predictions in inference.predictions(
                model, validation, config.batch_size
            )
        ]
    )
    atomic.write(path / "matrices.npy", lambda p: np.save(p, matrices))
    results = scores.summarize(matrices, tuple(task.category.parts))
    # Last: it marks a finished run.
    atomic.write_text(path / "metrics.json", json.dumps(results, indent=2))
    logging.info("%s\n%s", path, scores.table(results).to_markdown())


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "workdir"))

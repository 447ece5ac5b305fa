"""One run of an experiment: trained, scored, written down."""

import json
import pathlib

import keras
import numpy as np

from kp2part import atomic
from kp2part import evaluation
from kp2part import manifest as manifest_lib
from kp2part import model_file
from kp2part import scores
from kp2part import subsets
from kp2part import train_config
from kp2part import training
from kp2part import workdir as workdir_lib

MATRICES = "matrices.npy"


def run(config: train_config.TrainConfig):
    """Trains a network and scores it on its validation examples.

    The network of the last epoch is scored, not the best: nothing is chosen by
    the examples that judge. Writes `matrices.npy` (int64 [N, P, P], see
    `metrics.confusion`) and `metrics.json` (see `scores.summarize`) into the
    workdir. A run that has these is left alone; one that was stopped goes on.
    """
    path = pathlib.Path(config.workdir)
    if is_done(path):
        return
    training.train(config)
    checkpoint, _ = workdir_lib.Workdir(path).checkpoint()
    model, task = model_file.load(str(checkpoint))
    manifest = manifest_lib.load(config.tfrecords)
    _, validation = subsets.choose(config, manifest)
    matrices = evaluation.score(model, validation, config.batch_size)
    atomic.write(path / MATRICES, lambda p: np.save(p, matrices))
    results = scores.summarize(matrices, tuple(task.category.parts))
    atomic.write_text(path / "metrics.json", json.dumps(results, indent=2))
    keras.backend.clear_session()


def is_done(workdir: pathlib.Path) -> bool:
    """Returns whether a run is trained and scored."""
    return (workdir / "metrics.json").is_file()

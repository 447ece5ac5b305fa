"""The scores of one run of an experiment."""

import json

from absl import logging
import keras
import numpy as np

from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import in_memory
from kp2part.evaluation import scores
from kp2part.models import model_file
from kp2part.system import atomic
from kp2part.training import config as config_lib
from kp2part.training import splits
from kp2part.training import workdir as workdir_lib


def score(config: config_lib.TrainConfig, workdir: workdir_lib.Workdir):
    """Writes matrices.npy and metrics.json of a trained run."""
    checkpoint, _ = workdir.checkpoint()
    model, task = model_file.load(str(checkpoint))
    manifest = manifest_lib.load(config.selection.tfrecords)
    chosen = splits.choose(config.selection, manifest, config.loop.seed)
    find = _of_memory if config.loop.input == "memory" else _of_stream
    matrices = find(model, chosen.validation, config.loop.batch_size)
    path = workdir.path
    atomic.write(path / "matrices.npy", lambda p: np.save(p, matrices))
    results = scores.summarize(matrices, tuple(task.category.parts))
    # Last, because it marks a finished run.
    atomic.write_text(path / "metrics.json", json.dumps(results, indent=2))
    logging.info("%s\n%s", path, scores.table(results).to_markdown())


_of_memory = in_memory.confusion


def _of_stream(
    model: keras.Model, examples: example_set.Examples, batch_size: int
) -> np.ndarray:
    # Here: it needs TensorFlow.
    from kp2part.evaluation import inference

    pairs = inference.predictions(model, examples, batch_size)
    return np.concatenate([inference.confusion(*pair) for pair in pairs])

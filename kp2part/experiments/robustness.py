"""Scores networks on keypoints that are missing or misplaced.

The results are a JSON file with the inputs, "tfrecords", "split" and "models",
and the scores, "curves": {kind of noise: {network: {level: mean IoU}}}. It is
written after each score, so that an interrupted experiment can resume.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import json
import pathlib

from absl import logging
import keras
import numpy as np

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data.ops import keypoint_noise
from kp2part.evaluation import inference
from kp2part.evaluation import metrics
from kp2part.models import model_file
from kp2part.system import atomic
from kp2part.system import json_file


def measure(
    file: pathlib.Path,
    models: Mapping[str, str],
    tfrecords: str,
    split: str,
    levels: Iterable[tuple[str, float]],
    batch_size: int,
) -> dict:
    """Computes the scores that are missing in a file; returns its results.

    Args:
        file: The JSON file; it may not exist yet.
        models: Name -> path of the .keras file of each network.
        tfrecords: Directory of the records.
        split: Name of the split to score.
        levels: Pairs of a kind of noise, "keypoint_dropout" or
            "keypoint_jitter", and its strength.
        batch_size: Examples per batch.

    Raises:
        ValueError: The file is of other networks or examples, a network has
            other keypoints or parts, or a level is out of range.
    """
    manifest = manifest_lib.load(tfrecords)
    examples = example_set.Examples(manifest, (split,))
    integrity.check(manifest, examples.splits)
    results, levels = load(file, models, tfrecords, split), list(levels)
    for name, path in models.items():
        model = model_file.load_network(path)
        inference.check_task(model, examples)
        for kind, level in levels:
            curve = results["curves"].setdefault(kind, {}).setdefault(name, {})
            if str(level) not in curve:
                curve[str(level)] = score(
                    model, examples, batch_size, **{kind: level}
                )
                atomic.write_text(file, json.dumps(results, indent=2))
            logging.info(
                "%s, %s %g: %.3f", name, kind, level, curve[str(level)]
            )
    return results


def load(
    file: pathlib.Path, models: Mapping[str, str], tfrecords: str, split: str
) -> dict:
    """Returns the results of a file, without scores if there is no file.

    Raises:
        ValueError: They are of other networks or examples.
    """
    wanted = {"tfrecords": tfrecords, "split": split, "models": dict(models)}
    if not file.is_file():
        return {**wanted, "curves": {}}
    results = json_file.read(file)
    found = {name: results.get(name) for name in wanted}
    if found != wanted:
        raise ValueError(
            f"{file}: must have results of {wanted}. Received: {found}. "
            "Choose another --output, or delete the file."
        )
    return results


def score(
    model: keras.Model,
    examples: example_set.Examples,
    batch_size: int,
    keypoint_dropout: float = 0.0,
    keypoint_jitter: float = 0.0,
) -> float:
    """Returns the mean IoU with noise on the keypoints.

    Args:
        model: A network of `models`.
        examples: The examples to score.
        batch_size: Examples per batch.
        keypoint_dropout: Fraction of the keypoints to remove.
        keypoint_jitter: Standard deviation of the shift of each keypoint, in
            pixels of a 256 px crop.

    Raises:
        ValueError: The noise is out of range.
    """
    augmentation.Augmentation(  # Checks the ranges.
        keypoint_dropout=keypoint_dropout, keypoint_jitter=keypoint_jitter
    )
    noise = keypoint_noise.make(keypoint_dropout, keypoint_jitter)
    pooled = sum(
        inference.confusion(batch, predictions).sum(0)
        for batch, predictions in inference.predictions(
            model, examples, batch_size, noise
        )
    )
    return float(metrics.mean_iou(np.asarray(pooled)))

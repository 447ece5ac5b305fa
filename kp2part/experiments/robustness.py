"""How networks bear keypoints that are missing or misplaced: their scores.

The results are a JSON file, which holds what was asked beside the scores:
"tfrecords", "split", "models" and "curves", {kind of noise: {network: {level:
mean IoU}}}. It is written after each score, so that a stopped experiment goes
on where it was.
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
from kp2part.data import ops
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
    """Returns the results of a file, with all scores that it lacks.

    Args:
        file: The JSON file; it need not be there yet.
        models: The name of each network, and the path of its .keras file.
        tfrecords: Directory of the records.
        split: Of the records, to score.
        levels: Pairs of a kind of noise, "keypoint_dropout" or
            "keypoint_jitter", and its strength.
        batch_size: Examples at a time.

    Raises:
        ValueError: The file is of other networks or examples, a network knows
            other keypoints or parts, or a level is out of its range.
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
    asked = {"tfrecords": tfrecords, "split": split, "models": dict(models)}
    if not file.is_file():
        return {**asked, "curves": {}}
    results = json_file.read(file)
    found = {name: results.get(name) for name in asked}
    if found != asked:
        raise ValueError(
            f"{file}: is of {found}, now it is asked for {asked}. Choose "
            "another --output, or delete it."
        )
    return results


def score(
    model: keras.Model,
    examples: example_set.Examples,
    batch_size: int,
    keypoint_dropout: float = 0.0,
    keypoint_jitter: float = 0.0,
) -> float:
    """Returns the mean IoU with the keypoints disturbed.

    Args:
        model: A network of `models`.
        examples: To score.
        batch_size: Examples at a time.
        keypoint_dropout: Fraction of the keypoints to take away.
        keypoint_jitter: Standard deviation of the shift of each keypoint, in
            pixels of a 256 px crop.

    Raises:
        ValueError: The noise is out of its range.
    """
    augmentation.Augmentation(  # Checks the ranges.
        keypoint_dropout=keypoint_dropout, keypoint_jitter=keypoint_jitter
    )
    noise = ops.make_keypoint_noise(keypoint_dropout, keypoint_jitter)
    pooled = sum(
        inference.confusion(batch, predictions).sum(0)
        for batch, predictions in inference.predictions(
            model, examples, batch_size, noise
        )
    )
    return float(metrics.mean_iou(np.asarray(pooled)))

"""A network's answers on a set of examples: confusion matrices and pictures."""

import keras
import numpy as np
import tqdm

from kp2part import input_pipeline
from kp2part import layers
from kp2part import manifest as manifest_lib
from kp2part import metrics
from kp2part import ops
from kp2part import pictures
from kp2part import schema


def check_category(task: schema.Task, manifest: manifest_lib.Manifest):
    """Checks that a network knows the keypoints and parts of the records."""
    for field in "keypoints", "parts":
        ours = tuple(getattr(task.category, field))
        theirs = tuple(getattr(manifest.category, field))
        if ours != theirs:
            raise ValueError(
                f"{manifest.directory}: the records must have the network's "
                f"{field}, {list(ours)}. Received: {list(theirs)}"
            )


def score(
    model: keras.Model,
    examples: input_pipeline.Examples,
    batch_size: int,
    noise: ops.Op | None = None,
) -> np.ndarray:
    """Returns the confusion matrix of each example, int64 [N, P, P].

    Args:
        model: A network of `models`.
        examples: What to score it on.
        batch_size: Examples at a time.
        noise: Changes the keypoints before, see `ops.make_keypoint_noise`.
    """
    task = layers.task_of(model)
    batches = input_pipeline.eval_batches(
        examples, task, batch_size, noise=noise
    )
    matrices = []
    with tqdm.tqdm(total=examples.count(), unit="example") as progress:
        for batch in batches.as_numpy_iterator():
            answers = answer(model, batch)[schema.PARTS].argmax(-1)
            masks = batch[schema.PART_MASK]
            matrices.append(metrics.confusion(masks, answers, task.num_parts))
            progress.update(len(answers))
    return np.concatenate(matrices)


def answer(model: keras.Model, batch: dict) -> dict[str, np.ndarray]:
    """Returns the logits [B, S, S, P] of a batch, by output name."""
    return model.predict_on_batch({name: batch[name] for name in model.input})


def draw(
    model: keras.Model, examples: input_pipeline.Examples, count: int
) -> np.ndarray:
    """Returns a picture of examples spread over the set, with the answers."""
    task = layers.task_of(model)
    step = max(examples.count() // count, 1)
    batches = input_pipeline.eval_batches(examples, task, count, step)
    batch = next(batches.as_numpy_iterator())
    answers = answer(model, batch)
    return pictures.example_grid(batch, answers, task.category)

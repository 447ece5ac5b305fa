"""Predictions on a set of examples: confusion matrices and pictures."""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
import tqdm

from kp2part.data import augmentation
from kp2part.data import crops
from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import record_errors
from kp2part.data.ops import example_op
from kp2part.data.ops import keypoint_noise
from kp2part.evaluation import metrics
from kp2part.evaluation import part_boxes
from kp2part.models import metadata
from kp2part.pose_priors import priors
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.visualization import example_grid


def check_task(
    model: keras.Model, examples: example_set.Examples
) -> task_lib.Task:
    """Returns what a network is asked, once it is that of the examples.

    Raises:
        ValueError: They have other keypoints or parts.
    """
    task, manifest = metadata.task_of(model), examples.manifest
    task.check_category(manifest.category, str(manifest.directory))
    return task


def predictions(
    model: keras.Model,
    examples: example_set.Examples,
    batch_size: int,
    noise: example_op.Op | None = None,
) -> Iterator[tuple[dict, dict[str, np.ndarray]]]:
    """Yields batches and the network's predictions, with a progress bar.

    Args:
        model: A network of `models`.
        examples: What to predict.
        batch_size: Number of examples per batch.
        noise: Op on the keypoints before, see `keypoint_noise.make`.

    Yields:
        A batch from `input_pipeline.eval_batches` as arrays, and its
        predictions, see `predict`.
    """
    task = check_task(model, examples)
    examples = priors.attach(model, examples)
    batches = input_pipeline.eval_batches(
        examples, task, batch_size, noise=noise
    )
    with (
        record_errors.explained(examples.manifest.directory),
        tqdm.tqdm(total=examples.count(), unit="example") as progress,
    ):
        for batch in batches.as_numpy_iterator():
            yield batch, predict(model, batch)
            progress.update(len(batch[keys.PART_MASK]))


def confusion(batch: dict, predictions: dict[str, np.ndarray]) -> np.ndarray:
    """Returns the confusion matrix of each example, int64 [B, P, P]."""
    logits = predictions[keys.PARTS]
    return metrics.confusion(
        batch[keys.PART_MASK], logits.argmax(-1), logits.shape[-1]
    )


def box_scores(
    batch: dict,
    predictions: dict[str, np.ndarray],
    task: task_lib.Task,
    boxes: part_boxes.PartBoxes,
) -> list[dict[str, float]]:
    """Returns the box IoU of each part, for each example that has boxes.

    Predictions are pasted into their photos as in the exported model.
    """
    scores = []
    for i, logits in enumerate(predictions[keys.PARTS]):
        key = batch[keys.IMAGE_ID][i].decode(), batch[keys.OBJECT_INDEX][i]
        if key not in boxes:
            continue
        labels = crops.paste_labels(
            tf.nn.softmax(logits),
            tf.cast(batch[keys.BOX][i], tf.int32),
            tf.cast(batch[keys.SOURCE_SIZE][i], tf.int32),
            task.aspect,
        )
        names = tuple(task.category.parts)
        scores.append(part_boxes.score(labels.numpy(), boxes[key], names))
    return scores


def predict(model: keras.Model, batch: dict) -> dict[str, np.ndarray]:
    """Returns the logits [B, S, S, P] of a batch, by output name."""
    return model.predict_on_batch({name: batch[name] for name in model.input})


def draw(
    model: keras.Model,
    examples: example_set.Examples,
    count: int,
    label_title: str,
) -> np.ndarray:
    """Returns a picture of evenly spaced examples, with predictions.

    Args:
        model: A network of `models`.
        examples: What to predict.
        count: Number of rows.
        label_title: Heading of the label column.
    """
    task = check_task(model, examples)
    examples = priors.attach(model, examples)
    step = max(examples.count() // count, 1)
    batches = input_pipeline.eval_batches(examples, task, count, step)
    batch = next(batches.as_numpy_iterator())
    predictions = predict(model, batch)
    return example_grid.draw(batch, predictions, task.category, label_title)


def make_noise(noise: augmentation.Augmentation) -> example_op.Op | None:
    """Returns the op that perturbs keypoints, None if there is no noise."""
    if not (noise.keypoint_dropout or noise.keypoint_jitter):
        return None
    return keypoint_noise.make(noise.keypoint_dropout, noise.keypoint_jitter)

"""Confusion matrices of a set of examples in memory, without TensorFlow."""

import keras
import numpy as np

from kp2part.data import example_set
from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from kp2part.evaluation import metrics
from kp2part.models import metadata
from kp2part.schema import keys


def confusion(
    model: keras.Model, examples: example_set.Examples, batch_size: int
) -> np.ndarray:
    """Returns the confusion matrix of each example, int64 [N, P, P].

    Args:
        model: A network of `models`, without priors.
        examples: What to predict.
        batch_size: Number of examples per batch.

    Raises:
        ValueError: They do not fit into memory, or a record is damaged.
    """
    task = metadata.task_of(model)
    num_keypoints = len(task.category.keypoints)
    example_arrays.check_memory(
        examples.count(), num_keypoints, task.image_size
    )
    arrays = example_arrays.load(examples, task.image_size)
    evaluation = batches.Evaluation(arrays, model, task, batch_size)
    matrices = []
    for i in range(len(evaluation)):
        inputs, targets = evaluation[i]
        logits = model.predict_on_batch(inputs)[keys.PARTS]
        labels = keras.ops.convert_to_numpy(targets[keys.PARTS])
        matrices.append(
            metrics.confusion(labels, logits.argmax(-1), task.num_parts)
        )
    return np.concatenate(matrices)

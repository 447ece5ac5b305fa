"""Crops of records, on which int8 learns what ranges of numbers it needs."""

import math

import numpy as np

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_errors
from kp2part.exporting import crop_graph
from kp2part.schema import task as task_lib

NUM_CROPS = 100


def read(
    tfrecords: str, split: str, task: task_lib.Task
) -> list[dict[str, np.ndarray]]:
    """Returns at most `NUM_CROPS` examples of a split, evenly spaced.

    Args:
        tfrecords: Directory written by `tfrecords_tools.build`.
        split: Name of the split.
        task: Of the network.

    Returns:
        The inputs `crop_graph.INPUTS` of each, N = 1.

    Raises:
        ValueError: There are none, they are damaged, or they have other
            keypoints or parts than the network.
    """
    manifest = manifest_lib.load(tfrecords)
    task.check_category(manifest.category, str(manifest.directory))
    examples = example_set.Examples(manifest, (split,))
    step = math.ceil(examples.count() / NUM_CROPS)
    batches = input_pipeline.eval_batches(examples, task, 1, step)
    with record_errors.explained(manifest.directory):
        return [
            {name: batch[name] for name in crop_graph.INPUTS}
            for batch in batches.as_numpy_iterator()
        ]

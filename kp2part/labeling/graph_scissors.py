"""Cuts and pastes with TensorFlow, as the graph of a SavedModel does."""

import numpy as np
import tensorflow as tf

from kp2part.data import crops
from kp2part.data import pasting
from kp2part.data import records
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.labeling import frames
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.system import op_messages


class GraphScissors:
    """See `crop_labeler.Scissors`.

    Args:
        task: Of the network.
    """

    def __init__(self, task: task_lib.Task):
        self._task = task
        box = tf.TensorSpec([4], tf.int32)
        size, num_parts = task.image_size, task.num_parts
        # Image sizes differ: a graph for any, not one for each.
        self._place = _graph(
            self._place_graph,
            tf.TensorSpec([4], tf.float32),
            tf.TensorSpec([2], tf.int32),
        )
        self._cut = _graph(
            self._cut_graph,
            tf.TensorSpec([None, None, 3], tf.uint8),
            tf.TensorSpec([task.num_keypoints, 3], tf.float32),
            box,
        )
        self._paste = _graph(
            self._paste_graph,
            tf.TensorSpec([size, size, num_parts], tf.float32),
            box,
        )

    def pixels(self, source: frames.Source) -> tf.Tensor:
        """See `crop_labeler.Scissors`."""
        if source.pixels is not None:
            return tf.constant(source.pixels)
        try:
            return records.decode_photo(source.contents())
        except tf.errors.InvalidArgumentError as error:
            reason = op_messages.reason(error.message)
            raise ValueError(
                f"{source.job.path}: not a whole JPEG or PNG: {reason}"
            ) from error

    def place(
        self, item: annotation_lib.KeypointAnnotation, size: tuple[int, int]
    ) -> np.ndarray:
        """See `crop_labeler.Scissors`."""
        box = item.box
        if box is None:
            box = crops.around_keypoints(tf.constant(item.keypoints))
        return self._place(tf.cast(box, tf.float32), size).numpy()

    def cut(
        self, image, keypoints: np.ndarray, box: np.ndarray
    ) -> dict[str, np.ndarray]:
        """See `crop_labeler.Scissors`."""
        found = self._cut(image, keypoints, box)
        return {name: value.numpy() for name, value in found.items()}

    def paste(
        self, probabilities: np.ndarray, box: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `crop_labeler.Scissors`."""
        labels, confidence = self._paste(probabilities, box)
        return labels.numpy(), confidence.numpy()

    def _place_graph(self, box, size):
        return crops.whole_pixels(box, size, self._task.context)

    def _cut_graph(self, image, keypoints, box):
        how = (box, self._task.image_size, self._task.aspect)
        return {
            keys.IMAGE: crops.cut_image(image, *how),
            keys.KEYPOINTS: crops.move_keypoints(keypoints, *how),
        }

    def _paste_graph(self, probabilities, box):
        found, areas, sums = pasting.labels(probabilities, box, self._task)
        return found, pasting.confidence(areas, sums)


def _graph(function, *signature: tf.TensorSpec):
    return tf.function(function, input_signature=signature, autograph=False)

"""Cuts and pastes with NumPy and OpenCV: TensorFlow is not imported."""

import numpy as np

from kp2part.data.arrays import crops
from kp2part.data.arrays import pasting
from kp2part.data.arrays import photos
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.labeling import frames
from kp2part.schema import keys
from kp2part.schema import task as task_lib


class ArrayScissors:
    """See `crop_labeler.Scissors`.

    Args:
        task: Of the network.
    """

    def __init__(self, task: task_lib.Task):
        self._task = task

    def pixels(self, source: frames.Source) -> np.ndarray:
        """See `crop_labeler.Scissors`."""
        if source.pixels is not None:
            return source.pixels
        return photos.decode(source.contents(), str(source.job.path))

    def place(
        self, item: annotation_lib.KeypointAnnotation, size: tuple[int, int]
    ) -> np.ndarray:
        """See `crop_labeler.Scissors`."""
        box = item.box
        if box is None:
            box = crops.around_keypoints(item.keypoints)
        return crops.whole_pixels(box, size, self._task.context)

    def cut(
        self, image, keypoints: np.ndarray, box: np.ndarray
    ) -> dict[str, np.ndarray]:
        """See `crop_labeler.Scissors`."""
        how = (box, self._task.image_size, self._task.aspect)
        return {
            keys.IMAGE: crops.cut_image(image, *how),
            keys.KEYPOINTS: crops.move_keypoints(keypoints, *how),
        }

    def paste(
        self, probabilities: np.ndarray, box: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `crop_labeler.Scissors`."""
        found, areas, sums = pasting.labels(probabilities, box, self._task)
        return found, pasting.confidence(areas, sums)

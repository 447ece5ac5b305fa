"""What becomes of the mask when a keypoint is taken away, or is elsewhere.

Two explanations that only this problem has: no gradients, just predictions.
"""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from kp2part.data import heatmaps
from kp2part.evaluation import metrics
from kp2part.schema import keys
from kp2part.schema import task as task_lib

_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1))


@dataclasses.dataclass(frozen=True)
class Effects:
    """The effects of K keypoints on P parts of one object, NaN where unknown.

    They are unknown of keypoints that are absent, and of parts that are
    neither in the label nor in a prediction.

    Attributes:
        iou: float64 [K, P], the IoU without the keypoint minus that with it.
        area: float64 [K, P], the same of the area, as a fraction of the
            crop.
        follow: float64 [K, P], by how many pixels the part's center moves per
            pixel that the keypoint is pushed, along the push: 1 if the part
            goes with it, 0 if it stays.
    """

    iou: np.ndarray
    area: np.ndarray
    follow: np.ndarray


class Probe:
    """Predicts an object again and again, with other keypoints.

    Args:
        model: A network of `models` that takes heatmaps and no prior.
        task: Its task.
        push: How far keypoints are pushed, in pixels of a 256 px crop.
        batch_size: Number of predictions at the same time.

    Raises:
        ValueError: The network does not look at keypoints, or at more than
            them.
    """

    def __init__(
        self,
        model: keras.Model,
        task: task_lib.Task,
        push: float = 10.0,
        batch_size: int = 16,
    ):
        if keys.HEATMAPS not in model.input or keys.PRIOR in model.input:
            raise ValueError(
                "The network must take heatmaps, and no prior, to be "
                f"explained by its keypoints. Received: {list(model.input)}"
            )
        self._model, self._task = model, task
        self._push = push * task.image_size / 256
        self._batch_size = batch_size

    def inputs(
        self, image: np.ndarray, keypoints: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Returns the inputs of the network for an image and N poses.

        Args:
            image: float32 [S, S, 3].
            keypoints: float32 [N, K, 3], in pixels of the crop.
        """
        found = {
            keys.IMAGE: np.repeat(image[np.newaxis], len(keypoints), 0),
            keys.HEATMAPS: heatmaps.draw_pose(
                tf.constant(keypoints, tf.float32), self._task
            ).numpy(),
        }
        return {name: found[name] for name in self._model.input}

    def labels(self, image: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
        """Returns predicted part ids, uint8 [N, S, S], see `inputs`."""
        found = []
        for start in range(0, len(keypoints), self._batch_size):
            few = keypoints[start : start + self._batch_size]
            logits = self._model.predict_on_batch(self.inputs(image, few))
            found.append(logits[keys.PARTS].argmax(-1).astype(np.uint8))
        return np.concatenate(found)

    def effects(
        self, image: np.ndarray, keypoints: np.ndarray, label: np.ndarray
    ) -> Effects:
        """Returns the effects of each keypoint.

        Args:
            image: float32 [S, S, 3], RGB in 0..255.
            keypoints: float32 [K, 3], in pixels of the crop.
            label: uint8 [S, S], part ids.
        """
        shown = np.flatnonzero(keypoints[:, 2] > 0)
        before = self.labels(image, keypoints[np.newaxis])
        size = (self._task.num_keypoints, self._task.num_parts)
        iou, area, follow = (np.full(size, np.nan) for _ in range(3))
        if shown.size:
            without = self.labels(image, dropped(keypoints, shown))
            iou[shown] = self._iou(label, without) - self._iou(label, before)
            area[shown] = self._areas(without) - self._areas(before)
            follow[shown] = self._follow(image, keypoints, shown)
        return Effects(iou, area, follow)

    def _iou(self, label, labels) -> np.ndarray:
        truths = np.broadcast_to(label, labels.shape)
        matrices = metrics.confusion(truths, labels, self._task.num_parts)
        return metrics.iou(matrices)

    def _areas(self, labels) -> np.ndarray:
        parts = np.arange(self._task.num_parts)
        return (labels[..., np.newaxis] == parts).mean((1, 2))

    def _follow(self, image, keypoints, shown) -> np.ndarray:
        """Returns how parts follow, [len(shown), P], by central differences."""
        pushed = np.concatenate(
            [
                moved(keypoints, shown, self._push * np.array(direction))
                for direction in _DIRECTIONS
            ]
        )
        centers = _centers(self.labels(image, pushed), self._task.num_parts)
        right, left, down, up = np.split(centers, len(_DIRECTIONS))
        along = np.stack([right - left, down - up])  # [2, N, P, 2]
        moves = np.stack([along[0, ..., 0], along[1, ..., 1]])
        return moves.mean(0) / (2 * self._push)


def dropped(keypoints: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Returns the keypoints without each of those shown, [N, K, 3]."""
    found = np.repeat(keypoints[np.newaxis], len(shown), 0)
    found[np.arange(len(shown)), shown] = 0
    return found


def moved(
    keypoints: np.ndarray, shown: np.ndarray, shift: np.ndarray
) -> np.ndarray:
    """Returns the keypoints with each of those shown elsewhere, [N, K, 3]."""
    found = np.repeat(keypoints[np.newaxis], len(shown), 0)
    found[np.arange(len(shown)), shown, :2] += shift
    return found


def _centers(labels: np.ndarray, num_parts: int) -> np.ndarray:
    """Returns the mean (x, y) of each part, [N, P, 2]; NaN where it is not."""
    size = labels.shape[-1]
    chosen = labels[..., np.newaxis] == np.arange(num_parts)
    counts = chosen.sum((1, 2))
    places = np.arange(size)
    x = (chosen.sum(1) * places[:, np.newaxis]).sum(1)
    y = (chosen.sum(2) * places[:, np.newaxis]).sum(1)
    total = np.stack([x, y], -1).astype(np.float64)
    counts = np.where(counts > 0, counts, np.nan)[..., np.newaxis]
    return total / counts

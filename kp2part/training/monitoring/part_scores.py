"""The IoU of each part, beside the mean that Keras measures."""

import keras
import numpy as np

from kp2part.evaluation import metrics
from kp2part.models import metadata
from kp2part.schema import keys


class PartScores(keras.callbacks.Callback):
    """Adds the IoU of each part to the logs of an epoch.

    `iou/head` is that on the training examples, augmented and while the network
    changed, and `val_iou/head` that on the validation examples. A part that is
    in no label and no prediction has none.

    Put it before the callbacks that read the logs.
    """

    def on_epoch_begin(self, epoch, logs=None):
        self._trained = None

    def on_test_begin(self, logs=None):
        # Keras counts from 0 again after this.
        self._trained = confusion(self.model)

    def on_epoch_end(self, epoch, logs=None):
        last = confusion(self.model)
        if self._trained is None:
            logs |= self._named(last, "")
        else:
            logs |= self._named(self._trained, "")
            logs |= self._named(last, "val_")

    def _named(self, matrix: np.ndarray, prefix: str) -> dict[str, float]:
        parts = metadata.task_of(self.model).category.parts
        return {
            f"{prefix}iou/{name}": float(value)
            for name, value in zip(parts, metrics.iou(matrix), strict=True)
            if np.isfinite(value)
        }


def confusion(model: keras.Model) -> np.ndarray:
    """Returns what the metric of a compiled network has counted so far.

    Args:
        model: A network of `models`, compiled by `compilation`, whose metrics
            are built.

    Returns:
        float32 [P, P]: number of pixels by true part and predicted part, of the
        output `parts`.
    """
    counts = [
        metric
        for group in model.metrics
        for metric in getattr(group, "metrics", ())
        if isinstance(metric, keras.metrics.MeanIoU)
    ]
    # Keras sorts the outputs of a dictionary by name.
    found = dict(zip(sorted(model.output), counts, strict=True))
    return keras.ops.convert_to_numpy(found[keys.PARTS].total_cm)

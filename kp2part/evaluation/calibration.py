"""Fits the quality of masks: what mean IoU to expect, from signs without truth.

An example counts once as it is and once for each of `NOISES`, so that bad
keypoints, which users have, are among the examples.
"""

from collections.abc import Iterator
import dataclasses

import keras
import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats
import tensorflow as tf

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.evaluation import inference
from kp2part.evaluation import metrics
from kp2part.models import mask_quality
from kp2part.models import metadata
from kp2part.schema import keys

NOISES = (
    augmentation.Augmentation(flip=0.0),
    augmentation.Augmentation(flip=0.0, keypoint_jitter=12.0),
    augmentation.Augmentation(flip=0.0, keypoint_dropout=0.4),
)
NUM_BINS = 10
_NUM_FOLDS = 5
_PENALTY = 1e-3  # On squared weights of standardized signs.


@dataclasses.dataclass(frozen=True)
class Sample:
    """Predictions for examples with masks.

    Attributes:
        signs: float64 [M, len(SIGNS)].
        iou: float64 [M], the mean IoU over the parts, without background, that
            the label or the prediction has.
        photos: M ids of photos.
        has_noise: bool [M], whether keypoints were jittered or dropped.
    """

    signs: np.ndarray
    iou: np.ndarray
    photos: np.ndarray
    has_noise: np.ndarray


def measure(
    model: keras.Model, examples: example_set.Examples, batch_size: int
) -> Sample:
    """Returns signs and IoU of predictions, with all `NOISES`."""
    columns = zip(*_rows(model, examples, batch_size), strict=True)
    signs, iou, photos, noise = (np.concatenate(column) for column in columns)
    known = np.isfinite(iou)  # Neither label nor prediction has a part.
    return Sample(signs[known], iou[known], photos[known], noise[known])


def _rows(model, examples, batch_size) -> Iterator[tuple]:
    category = metadata.task_of(model).category
    for number, noise in enumerate(NOISES):
        for batch, outputs in inference.predictions(
            model, examples, batch_size, inference.make_noise(noise)
        ):
            matrices = inference.confusion(batch, outputs)
            signs = mask_quality.signs(
                tf.nn.softmax(outputs[keys.PARTS]),
                mask_quality.agreement(outputs),
                tf.constant(batch[keys.KEYPOINTS], tf.float32),
                category,
            )
            yield (
                keras.ops.convert_to_numpy(signs).astype(np.float64),
                metrics.mean_iou(matrices, background=False),
                batch[keys.IMAGE_ID],
                np.full(len(matrices), number > 0),
            )


def fit(signs: np.ndarray, iou: np.ndarray) -> mask_quality.Calibration:
    """Returns the calibration with the least cross-entropy to the IoU.

    Args:
        signs: float64 [M, len(SIGNS)].
        iou: float64 [M], in [0, 1].
    """
    mean, deviation = signs.mean(0), signs.std(0)
    # A sign that never changes tells nothing.
    scale = np.where(deviation > 1e-6, deviation, np.inf)
    scaled = (signs - mean) / scale

    def loss(values):
        weights, bias = values[:-1], values[-1]
        logits = scaled @ weights + bias
        residual = scipy.special.expit(logits) - iou
        entropy = np.logaddexp(0, logits) - iou * logits
        gradient = [
            *(scaled.T @ residual / len(iou) + 2 * _PENALTY * weights),
            residual.mean(),
        ]
        return entropy.mean() + _PENALTY * weights @ weights, gradient

    start = np.zeros(signs.shape[1] + 1)
    found = scipy.optimize.minimize(loss, start, jac=True, method="BFGS").x
    weights = found[:-1] / scale
    return mask_quality.Calibration(
        tuple(weights.tolist()), float(found[-1] - weights @ mean)
    )


def held_out(sample: Sample) -> np.ndarray:
    """Returns the quality of each example by a fit on other photos, [M]."""
    photos, index = np.unique(sample.photos, return_inverse=True)
    rng = np.random.default_rng(0)
    fold = rng.permutation(len(photos))[index] % _NUM_FOLDS
    quality = np.zeros(len(sample.iou))
    for i in range(_NUM_FOLDS):
        rest = fold != i
        fitted = fit(sample.signs[rest], sample.iou[rest])
        quality[~rest] = predict(fitted, sample.signs[~rest])
    return quality


def predict(calibration: mask_quality.Calibration, signs) -> np.ndarray:
    """Returns the quality, float64 [M], of signs float64 [M, ...]."""
    weights = np.array(calibration.weights)
    return scipy.special.expit(signs @ weights + calibration.bias)


def reliability(quality: np.ndarray, iou: np.ndarray) -> dict:
    """Returns how well the quality tells the IoU.

    Args:
        quality: float64 [M], in [0, 1].
        iou: float64 [M].

    Returns:
        calibration_error: the mean distance of quality and IoU over `NUM_BINS`
        bins of as many examples, weighted by their numbers; mean_error: of
        single examples; rank_correlation: Spearman's; bins: the means of
        both in each bin.
    """
    order = np.argsort(quality, kind="stable")
    bins = [
        (float(quality[rows].mean()), float(iou[rows].mean()), len(rows))
        for rows in np.array_split(order, min(NUM_BINS, len(order)))
    ]
    errors = [abs(q - i) * count for q, i, count in bins]
    return {
        "num_examples": len(iou),
        "calibration_error": sum(errors) / len(iou),
        "mean_error": float(np.abs(quality - iou).mean()),
        "rank_correlation": float(scipy.stats.spearmanr(quality, iou)[0]),
        "bins": [{"quality": q, "iou": i, "count": n} for q, i, n in bins],
    }

"""Intersection over union (IoU) from one confusion matrix per image."""

import numpy as np

from kp2part.schema import keys


def confusion(labels, predictions, num_parts: int) -> np.ndarray:
    """Returns one confusion matrix per image.

    Args:
        labels: int [N, H, W], part ids; `keys.IGNORE_LABEL` is left out.
        predictions: int [N, H, W], part ids.
        num_parts: P.

    Returns:
        int64 [N, P, P]: number of pixels by true part and predicted part.
    """
    count = len(labels)
    labels = np.asarray(labels, np.int64).reshape(count, -1)
    predictions = np.asarray(predictions, np.int64).reshape(count, -1)
    known = labels != keys.IGNORE_LABEL
    image = np.broadcast_to(np.arange(count)[:, np.newaxis], labels.shape)
    cells = (image * num_parts + labels) * num_parts + predictions
    totals = np.bincount(cells[known], minlength=count * num_parts**2)
    return totals.reshape(count, num_parts, num_parts)


def iou(matrix: np.ndarray) -> np.ndarray:
    """Returns the IoU of each part, NaN if it is in no label or prediction.

    For the matrix [[3, 1], [2, 4]] (rows: truth) it is
    [3 / (3 + 1 + 2), 4 / (2 + 4 + 1)] = [0.5, 0.571].

    Args:
        matrix: int [..., P, P], see `confusion`.

    Returns:
        float64 [..., P], in [0, 1] or NaN.
    """
    hits = np.diagonal(matrix, axis1=-2, axis2=-1).astype(np.float64)
    union = matrix.sum(-1) + matrix.sum(-2) - hits
    return np.divide(
        hits, union, out=np.full(hits.shape, np.nan), where=union > 0
    )


def mean_iou(matrix: np.ndarray, background: bool = True) -> np.ndarray:
    """Returns the mean IoU of the parts that occur in labels or predictions.

    Args:
        matrix: int [..., P, P].
        background: Whether to include part 0.

    Returns:
        float64 [...]; NaN if no part occurs.
    """
    values = iou(matrix)[..., 0 if background else 1 :]
    known = np.isfinite(values)
    count = known.sum(-1)
    total = np.where(known, values, 0).sum(-1)
    return np.divide(
        total, count, out=np.full(count.shape, np.nan), where=count > 0
    )


def bootstrap(
    matrices: np.ndarray, statistic, num_samples: int = 1000, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the 95% bootstrap interval of a statistic of the pooled matrix.

    Images, not pixels, are resampled with replacement.

    Args:
        matrices: int [N, P, P], one per image.
        statistic: From int [num_samples, P, P] to [num_samples, ...].
        num_samples: Number of bootstrap samples.
        seed: Seed of the samples.

    Returns:
        The 2.5 and 97.5 percentiles, [...] each; NaN where undefined.
    """
    rng = np.random.default_rng(seed)
    count = len(matrices)
    weights = rng.multinomial(count, [1 / count] * count, num_samples)
    # One matrix product in float64, exact for counts below 2**53.
    flat = matrices.reshape(count, -1).astype(np.float64)
    pooled = (weights @ flat).reshape(num_samples, *matrices.shape[1:])
    values = np.asarray(statistic(pooled))
    defined = np.isfinite(values).any(0)
    low, high = np.nanpercentile(
        np.where(defined, values, 0.0), [2.5, 97.5], axis=0
    )
    return np.where(defined, low, np.nan), np.where(defined, high, np.nan)

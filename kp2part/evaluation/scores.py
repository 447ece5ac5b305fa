"""Scores of a network on a set of examples, and tables of them."""

from collections.abc import Sequence
import functools

import numpy as np

from kp2part.evaluation import labels
from kp2part.evaluation import metrics
from kp2part.system import tables

# Means over parts, with and without the background.
_MEANS = {
    "mean_iou": metrics.mean_iou,
    "mean_iou_foreground": functools.partial(
        metrics.mean_iou, background=False
    ),
}
# Their names in tables.
MEAN_TITLES = {
    "mean_iou": "mean",
    "mean_iou_foreground": "mean without background",
}


def summarize(
    matrices: np.ndarray, parts: Sequence[str], seed: int = 0
) -> dict:
    """Returns the scores of a set of images.

    Args:
        matrices: int64 [N, P, P], see `metrics.confusion`.
        parts: P names.
        seed: Seed of the bootstrap.

    Returns:
        Plain numbers, None where undefined: `mean_iou`, `mean_iou_foreground`
        (without background) and `iou` by part, over the pooled pixels of all
        images; `interval`, their 95% bootstrap intervals over images;
        `per_image`, the same scores averaged over images; `num_examples`; and
        `num_examples_with`, the number of images with each part in the label.
    """
    pooled = matrices.sum(0)
    each = metrics.iou(matrices)
    # A part that is neither labeled nor predicted has no IoU in that image.
    with np.errstate(invalid="ignore"):
        counts = np.isfinite(each).sum(0)
        average = np.nansum(each, 0) / np.where(counts, counts, np.nan)
    low, high = metrics.bootstrap(matrices, metrics.iou, seed=seed)
    return {
        **{name: _plain(mean(pooled)) for name, mean in _MEANS.items()},
        "iou": _named(parts, metrics.iou(pooled)),
        "num_examples": len(matrices),
        "num_examples_with": {
            part: int((matrices[:, i].sum(-1) > 0).sum())
            for i, part in enumerate(parts)
        },
        "interval": {
            **{
                name: [
                    _plain(bound)
                    for bound in metrics.bootstrap(matrices, mean, seed=seed)
                ]
                for name, mean in _MEANS.items()
            },
            "iou": {
                part: [_plain(low[i]), _plain(high[i])]
                for i, part in enumerate(parts)
            },
        },
        "per_image": {
            **{
                name: _plain(np.nanmean(mean(matrices)))
                for name, mean in _MEANS.items()
            },
            "iou": _named(parts, average),
        },
    }


def by_class(
    matrices: np.ndarray, names: Sequence[str], parts: Sequence[str]
) -> dict[str, dict]:
    """Returns the scores of each class.

    Args:
        matrices: int64 [N, P, P], see `metrics.confusion`.
        names: N class names.
        parts: P names.

    Returns:
        Class -> `mean_iou`, `iou` by part and `num_examples`, as in
        `summarize`.
    """
    names, found = np.array(names), {}
    for name in sorted(set(names)):
        pooled = matrices[names == name].sum(0)
        found[str(name)] = {
            "mean_iou": _plain(metrics.mean_iou(pooled)),
            "iou": _named(parts, metrics.iou(pooled)),
            "num_examples": int((names == name).sum()),
        }
    return found


def table(scores: dict) -> tables.Table:
    """Returns the scores of `summarize` as a table: parts, then the means.

    If they contain `labels`, a key of `labels.KINDS`, it defines the heading.
    """
    rows = [
        _row(
            part,
            scores["iou"][part],
            scores["interval"]["iou"][part],
            scores["per_image"]["iou"][part],
            scores["num_examples_with"][part],
        )
        for part in scores["iou"]
    ] + [
        _row(
            title,
            scores[name],
            scores["interval"][name],
            scores["per_image"][name],
            scores["num_examples"],
        )
        for name, title in MEAN_TITLES.items()
    ]
    heads = (
        *("part", labels.of(scores).measure, "95 % interval"),
        *("mean over images", "images with it"),
    )
    return tables.Table(heads, rows, strong=("mean",))


def classes_table(classes: dict[str, dict]) -> tables.Table:
    """Returns the scores of `by_class` as a table: a row for each class."""
    parts = list(next(iter(classes.values()))["iou"])
    rows = [
        (
            name,
            *map(_text, row["iou"].values()),
            _text(row["mean_iou"]),
            str(row["num_examples"]),
        )
        for name, row in classes.items()
    ]
    heads = ("class", *parts, "mean", "examples")
    return tables.Table(heads, rows, strong=("mean",))


def _row(name, value, interval, per_image, count) -> tuple[str, ...]:
    low, high = map(_text, interval)
    return name, _text(value), f"{low} - {high}", _text(per_image), str(count)


def _named(parts, values) -> dict:
    return {p: _plain(v) for p, v in zip(parts, values, strict=True)}


def _plain(value) -> float | None:
    return float(value) if np.isfinite(value) else None


def _text(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"

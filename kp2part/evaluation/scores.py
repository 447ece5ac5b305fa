"""Scores of one network on one set of examples, as a table."""

from collections.abc import Sequence
import functools

import numpy as np

from kp2part.evaluation import metrics

# What a table shows of a set: the mean over parts, without background too.
_MEANS = {
    "mean_iou": metrics.mean_iou,
    "mean_iou_foreground": functools.partial(
        metrics.mean_iou, background=False
    ),
}


def summarize(
    matrices: np.ndarray, parts: Sequence[str], seed: int = 0
) -> dict:
    """Returns all scores of a set of images.

    Args:
        matrices: int64 [N, P, P], see `request_metrics.confusion`.
        parts: P names.
        seed: Of the bootstrap.

    Returns:
        Plain numbers, None where undefined: `mean_iou` and
        `mean_iou_foreground` (without background) and `iou` by part, of all
        pixels pooled; `interval`, their 95 % bootstrap intervals over images;
        `per_image`, the same averaged over images instead; `num_examples` and
        `num_examples_with`, how many images truly have a part.
    """
    pooled = matrices.sum(0)
    each = metrics.iou(matrices)
    # A part that is neither there nor answered has no IoU in that image.
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
        matrices: int64 [N, P, P], see `request_metrics.confusion`.
        names: N class names.
        parts: P names.

    Returns:
        Class -> `mean_iou`, `iou` by part and `num_examples`, as `summarize`
        has them.
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


def classes_to_markdown(classes: dict[str, dict]) -> str:
    """Returns the scores of `by_class` as a Markdown table."""
    parts = list(next(iter(classes.values()))["iou"])
    heads = ["class", *parts, "**mean**", "examples"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, row in classes.items():
        values = [*row["iou"].values(), row["mean_iou"]]
        cells = [name, *map(_text, values), str(row["num_examples"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def to_markdown(scores: dict) -> str:
    """Returns the scores of `summarize` as a Markdown table."""
    lines = [
        "| part | IoU | 95 % interval | mean over images | images with it |",
        "|---|---|---|---|---|",
    ]
    for part, value in scores["iou"].items():
        low, high = scores["interval"]["iou"][part]
        lines.append(
            f"| {part} | {_text(value)} | {_text(low)} - {_text(high)} | "
            f"{_text(scores['per_image']['iou'][part])} | "
            f"{scores['num_examples_with'][part]} |"
        )
    titles = {
        "mean_iou": "**mean**",
        "mean_iou_foreground": "mean without background",
    }
    for name, title in titles.items():
        low, high = scores["interval"][name]
        lines.append(
            f"| {title} | {_text(scores[name])} | {_text(low)} - {_text(high)} "
            f"| {_text(scores['per_image'][name])} | "
            f"{scores['num_examples']} |"
        )
    return "\n".join(lines) + "\n"


def _named(parts, values) -> dict:
    return {p: _plain(v) for p, v in zip(parts, values, strict=True)}


def _plain(value) -> float | None:
    return float(value) if np.isfinite(value) else None


def _text(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"

"""Charts of training and scores."""

from collections.abc import Sequence
import io

import matplotlib

matplotlib.use("Agg")  # Works without a display.
from matplotlib import pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402


def curves(history: Sequence[dict[str, float]], measure: str = "IoU") -> bytes:
    """Returns a chart of losses and mean IoU over the epochs.

    Args:
        history: Rows of history.csv; epochs may lack validation scores.
        measure: Name of the IoU, see `labels.LabelKind.measure`.

    Returns:
        A PNG file.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for axis, suffix, title in zip(
        axes, ("loss", "mean_iou"), ("loss", f"mean {measure}"), strict=True
    ):
        names = {n for row in history for n in row if n.endswith(suffix)}
        for name in sorted(names):
            style = ".-" if name.startswith("val_") else ".--"
            label = name.removesuffix("_" + suffix) or name
            rows = [row for row in history if name in row]
            axis.plot(
                [row["epoch"] for row in rows],
                [row[name] for row in rows],
                style,
                markersize=4,
                label=label,
            )
        axis.set(title=title, xlabel="epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8)
    axes[1].set_ylim(0, 1)
    return to_png(figure)


def iou_bars(
    scores: dict, colors: Sequence[str], measure: str = "IoU"
) -> bytes:
    """Returns a bar chart of the IoU of each part, with 95% intervals.

    Args:
        scores: The scores from `scores.summarize`.
        colors: One for each part, "#rrggbb".
        measure: Name of the IoU, see `labels.LabelKind.measure`.

    Returns:
        A PNG file.
    """
    names, values, errors, fills = [], [], [[], []], []
    for (part, value), color in zip(scores["iou"].items(), colors, strict=True):
        if value is None:
            continue
        low, high = scores["interval"]["iou"][part]
        names.append(part)
        values.append(value)
        errors[0].append(max(value - low, 0))
        errors[1].append(max(high - value, 0))
        fills.append(color)
    figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
    axis.bar(
        names, values, yerr=errors, color=fills, edgecolor="black", capsize=4
    )
    axis.axhline(scores["mean_iou"], linestyle=":", color="black")
    axis.set(
        ylim=(0, 1),
        ylabel=measure,
        title=f"mean {measure} {scores['mean_iou']:.3f}",
    )
    return to_png(figure)


def reliability(
    quality: np.ndarray, iou: np.ndarray, told: dict, measure: str = "IoU"
) -> bytes:
    """Returns a chart of expected and measured mean IoU.

    Args:
        quality: float [M], the mean IoU expected of each example.
        iou: float [M], the mean IoU of each example.
        told: See `calibration.reliability`.
        measure: Name of the IoU, see `labels.LabelKind.measure`.

    Returns:
        A PNG file.
    """
    figure, axis = plt.subplots(figsize=(5, 5), layout="constrained")
    axis.plot([0, 1], [0, 1], ":", color="black")
    axis.scatter(quality, iou, s=4, alpha=0.25, label="examples, noise too")
    axis.plot(
        [each["quality"] for each in told["bins"]],
        [each["iou"] for each in told["bins"]],
        "o-",
        color="#d55e00",
        label="mean in bins, without noise",
    )
    axis.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="quality (held out)",
        ylabel=f"mean {measure}",
        title=f"calibration error {told['calibration_error']:.3f}, "
        f"rank correlation {told['rank_correlation']:.2f}",
    )
    axis.legend(fontsize=8)
    return to_png(figure)


def keypoint_matrix(
    values: np.ndarray,
    keypoints: Sequence[str],
    parts: Sequence[str],
    title: str,
) -> bytes:
    """Returns a chart of keypoints by parts, red where values are negative.

    Args:
        values: float [K, P], fractions, shown in points; NaN is left blank.
        keypoints: K names.
        parts: P names.
        title: What the values are.

    Returns:
        A PNG file.
    """
    known = np.abs(values[np.isfinite(values)])
    limit = max(float(known.max(initial=0.0)), 0.01)
    figure, axis = plt.subplots(
        figsize=(2.4 + 0.9 * len(parts), 1.2 + 0.28 * len(keypoints)),
        layout="constrained",
    )
    shown = axis.imshow(
        100 * values, "RdBu", vmin=-100 * limit, vmax=100 * limit, aspect="auto"
    )
    # "lower_arms" on two lines: long names would run into each other.
    labels = [part.replace("_", "\n") for part in parts]
    axis.set_xticks(range(len(parts)), labels)
    axis.set_yticks(range(len(keypoints)), keypoints)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            axis.text(
                column,
                row,
                f"{100 * value:+.1f}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if abs(value) > 0.6 * limit else "black",
            )
    axis.set_title(f"{title}, in points", fontsize=10)
    figure.colorbar(shown, ax=axis)
    return to_png(figure)


def to_png(figure) -> bytes:
    """Returns a matplotlib figure as a PNG file, and closes it."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    plt.close(figure)
    return file.getvalue()

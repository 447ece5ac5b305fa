"""Charts that compare the systems of an experiment."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
import itertools

from matplotlib import pyplot as plt
import numpy as np

from kp2part.experiments import comparison as comparison_lib
from kp2part.experiments import styles
from kp2part.visualization import plots

_NUM_COLUMNS = 3  # Panels side by side.
_NUM_LEGEND_COLUMNS = 4


def comparison(
    table: dict[str, dict[str, dict]],
    measure: str = "IoU",
    reported: Mapping[str, Mapping[str, float]] | None = None,
) -> bytes:
    """Returns a bar chart for each group: a bar for each system, by part.

    The layout is that of the paper's figure 2.

    Args:
        table: As `comparison.collect` returns it.
        measure: Name of the scores, see `labels.LabelKind.measure`.
        reported: Group -> the paper's system -> mean IoU in percent: lines
            across the bars of the mean.

    Returns:
        A PNG file.
    """
    figure, axes = plt.subplots(
        len(table),
        figsize=_bars_size(table.values()),
        layout="constrained",
        squeeze=False,
    )
    for axis, (group, systems) in zip(axes[:, 0], table.items(), strict=True):
        bars = _draw_bars(axis, systems)
        _draw_reported(axis, len(bars) - 1, (reported or {}).get(group, {}))
        axis.set(title=group, ylabel=measure, ylim=(0, 1))
        axis.set_axisbelow(True)
        axis.grid(axis="y", alpha=0.3)
        # Beside the bars, which leave no corner free.
        handles, labels = axis.get_legend_handles_labels()
        ours = slice(-len(systems), None)  # Bars come after lines.
        axis.legend(
            [*handles[ours], *handles[: -len(systems)]],
            [*labels[ours], *labels[: -len(systems)]],
            fontsize=8,
            loc="upper left",
            bbox_to_anchor=(1, 1),
        )
    return plots.to_png(figure)


def fractions(
    table: dict[str, dict[str, dict]],
    values: Mapping[str, float],
    measure: str = "IoU",
) -> bytes:
    """Returns curves over the fraction of the training objects, by part.

    Args:
        table: As `comparison.collect` returns it.
        values: Group -> its fraction, in (0, 1].
        measure: Name of the scores, see `labels.LabelKind.measure`.

    Returns:
        A PNG file: mean and standard deviation over the repeats.
    """
    curves = comparison_lib.curves(table, values)
    names = list(next(iter(curves.values())))
    num_rows = -(-len(names) // _NUM_COLUMNS)
    # Above the panels; up to 12 names need no extra height.
    legend_height = max(0, -(-len(curves) // _NUM_LEGEND_COLUMNS) - 3) * 0.25
    figure, axes = plt.subplots(
        num_rows,
        _NUM_COLUMNS,
        figsize=(10, 2.9 * num_rows + legend_height),
        layout="constrained",
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for axis, name in itertools.zip_longest(axes.flat, names):
        if name is None:
            axis.set_visible(False)
            continue
        _draw_curves(axis, {s: rows[name] for s, rows in curves.items()})
        axis.set(title=name, ylim=(0, 1))
        axis.grid(alpha=0.3)
    ticks = sorted({values[group] for group in table})
    axes[0, 0].set_xscale("log")
    axes[0, 0].set_xticks(ticks, [f"{100 * x:g} %" for x in ticks])
    axes[0, 0].set_xticks([], minor=True)
    axes[0, 0].margins(x=0.1)  # Labels of neighboring panels stay apart.
    figure.supxlabel("fraction of the training objects")
    figure.supylabel(measure)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=_NUM_LEGEND_COLUMNS,
    )
    return plots.to_png(figure)


def robustness(
    curves: Mapping[str, Mapping[str, Mapping[str, float]]],
    measure: str = "IoU",
) -> bytes:
    """Returns curves of mean IoU over keypoint noise, one panel per kind.

    Args:
        curves: Kind of noise -> network -> level (as text) -> mean IoU.
        measure: Name of the scores, see `labels.LabelKind.measure`.

    Returns:
        A PNG file.
    """
    titles = {
        "keypoint_dropout": "fraction of keypoints missing",
        "keypoint_jitter": "shift of keypoints, px at 256 (std. dev.)",
    }
    num_networks = max(map(len, curves.values()))
    figure, axes = plt.subplots(
        1,
        len(curves),
        figsize=(10, max(3.6, 0.2 * num_networks + 0.4)),
        layout="constrained",
        sharey=True,
        squeeze=False,
    )
    for axis, (kind, networks) in zip(axes[0], curves.items(), strict=True):
        rows = {
            name: sorted((float(x), y, np.nan) for x, y in curve.items())
            for name, curve in networks.items()
        }
        _draw_curves(axis, rows)
        axis.set(xlabel=titles[kind], ylim=(0, 1))
        axis.grid(alpha=0.3)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        fontsize=8,
        loc="outside right upper",  # Many names would hide the curves.
    )
    figure.supylabel(f"mean {measure}")
    return plots.to_png(figure)


def _bars_size(groups: Collection[Mapping]) -> tuple[float, float]:
    # In inches. Many systems need wider panels for their bars, and taller ones
    # for the legend.
    most = max(map(len, groups))
    return max(9, 0.75 * most + 2), max(2.8, 0.2 * most + 0.4) * len(groups)


def _draw_bars(axis, systems: Mapping[str, dict]) -> list[str]:
    width = 0.8 / len(systems)
    for i, (system, row) in enumerate(systems.items()):
        bars = {**row["iou"], "mean": row["mean_iou"]}
        rows = [comparison_lib.summarize(v) for v in bars.values()]
        means, spreads, _ = np.transpose(rows)
        axis.bar(
            np.arange(len(bars)) + (i - (len(systems) - 1) / 2) * width,
            means,
            width,
            yerr=spreads,
            label=system,
            color=styles.style(i).color,
            hatch=styles.style(i).hatch,
            edgecolor="white",
            capsize=2,
        )
    # "lower_arms" on two lines: long names would run into each other.
    labels = [name.replace("_", "\n") for name in bars]
    axis.set_xticks(range(len(bars)), labels)
    return list(bars)


def _draw_curves(axis, curves: Mapping[str, Sequence[tuple]]):
    for i, (system, rows) in enumerate(curves.items()):
        places, means, spreads = np.transpose(rows)
        axis.errorbar(
            places,
            means,
            yerr=spreads,
            label=system,
            color=styles.style(i).color,
            marker=styles.style(i).marker,
            markersize=5,
            markeredgecolor="black",
            linestyle=styles.style(i).dashes,
            capsize=3,
            clip_on=False,  # Do not cut off markers at 0.
        )


def _draw_reported(axis, place: float, means: Mapping[str, float]):
    for (system, mean), dashes in zip(
        means.items(), itertools.cycle(("-", "--", ":"))
    ):
        axis.hlines(
            mean / 100,
            place - 0.48,
            place + 0.48,
            colors="black",
            linestyles=dashes,
            linewidth=2,
            label=f"the paper's {system}",
        )

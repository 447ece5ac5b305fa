"""The results of an experiment: tables, a chart, and examples."""

from collections.abc import Mapping
from collections.abc import Sequence
import pathlib

from absl import logging

from kp2part.evaluation import labels as labels_lib
from kp2part.evaluation import scores
from kp2part.experiments import charts
from kp2part.experiments import comparison
from kp2part.experiments import example_sheet
from kp2part.experiments import experiment as experiment_lib
from kp2part.experiments import paper
from kp2part.experiments import protocols
from kp2part.schema import category as category_lib
from kp2part.system import atomic
from kp2part.system import tables
from kp2part.training import config as config_lib
from kp2part.visualization import pictures


def write(
    directory: pathlib.Path,
    runs: Sequence[protocols.Run],
    experiment: experiment_lib.Experiment,
    config: config_lib.TrainConfig,
    category: category_lib.Category,
):
    """Writes all results of an experiment; see the functions below.

    Args:
        directory: Directory of the runs, where the files go.
        runs: The runs of the experiment.
        experiment: The settings of the experiment.
        config: The settings that all runs share.
        category: The category of the records.
    """
    reported = fractions = None
    if experiment.protocol == "folds" and experiment.labels == "true":
        reported = paper.figures(config, category)
    if experiment.protocol == "fractions":
        fractions = {
            protocols.fraction_group(value): value
            for value in experiment.train_fractions
        }
    write_comparison(
        directory,
        runs,
        experiment.labels,
        reported=reported,
        fractions=fractions,
    )
    if experiment.num_examples:
        write_examples(
            directory, runs, experiment.labels, experiment.num_examples
        )


def write_comparison(
    directory: pathlib.Path,
    runs: Sequence[protocols.Run],
    labels: str,
    *,
    reported: Mapping[str, Mapping[str, float]] | None = None,
    fractions: Mapping[str, float] | None = None,
):
    """Writes table.json, table.md and a chart of the finished runs.

    Args:
        directory: Directory of the runs, where the files go. Nothing is
            written if no run is finished.
        runs: The runs of the experiment.
        labels: Kind of the masks of the records, a key of `labels.KINDS`.
        reported: Group -> the paper's system -> mean IoU in percent.
        fractions: Group -> its fraction of the training objects, if groups
            differ in it: the chart is then fractions.png, with curves,
            instead of comparison.png.
    """
    table = comparison.collect(directory, runs)
    if not table:
        return
    kind, reported = labels_lib.KINDS[labels], reported or {}
    gains = comparison.gains(directory, runs)
    text = f"# {kind.title}, in percent\n" + "".join(
        f"\n## {group}\n\n"
        + to_markdown(systems, gains.get(group), reported.get(group))
        for group, systems in table.items()
    )
    atomic.write_text(directory / "table.md", text)
    if fractions:
        chart = charts.fractions(table, fractions, kind.measure)
        atomic.write_bytes(directory / "fractions.png", chart)
    else:
        chart = charts.comparison(table, kind.measure, reported)
        atomic.write_bytes(directory / "comparison.png", chart)
    atomic.write_text(directory / "table.json", comparison.to_json(table))
    logging.info("%s\n%s", directory, text)


def write_examples(
    directory: pathlib.Path,
    runs: Sequence[protocols.Run],
    labels: str,
    num_examples: int,
):
    """Writes examples.png of each group whose systems share a finished run.

    Args:
        directory: Directory of the runs, where the files go.
        runs: The runs of the experiment.
        labels: Kind of the masks of the records, a key of `labels.KINDS`.
        num_examples: Rows of each picture.
    """
    mask = labels_lib.KINDS[labels].mask
    for group in dict.fromkeys(run.group for run in runs):
        members = [run for run in runs if run.group == group]
        sheet = example_sheet.draw(directory, members, num_examples, mask)
        if sheet is None:
            logging.info("%s: the systems share no finished run.", group)
            continue
        path = directory / group / "examples.png"
        atomic.write_bytes(path, pictures.encode_png(sheet))


def to_markdown(
    systems: Mapping[str, dict],
    gains: Mapping[str, tuple[float, float, float]] | None = None,
    reported: Mapping[str, float] | None = None,
) -> str:
    """Returns the table of a group as Markdown: systems by parts, in percent.

    Args:
        systems: System -> scores, as `comparison.collect` returns them.
        gains: System -> difference to the first, as `comparison.gains` returns
            them.
        reported: The paper's system -> mean IoU in percent.
    """
    parts = list(next(iter(systems.values()))["iou"])
    rows = [_row(name, row, parts) for name, row in systems.items()]
    for name, mean in (reported or {}).items():
        # The paper reports only the mean over the parts.
        cells = *[""] * len(parts), f"{mean:.2f}", "", "", ""
        rows.append((f"the paper's {name}", *cells))
    heads = (
        *("system", *parts, *scores.MEAN_TITLES.values()),
        *("runs", "examples"),
    )
    text = tables.Table(heads, rows).to_markdown()
    if reported:
        text += "\nThe paper's figures are for its own photos and folds.\n"
    if gains:
        first = next(iter(systems))
        text += f"\nMean IoU relative to {first}, paired over the images:\n\n"
    for name, values in (gains or {}).items():
        gain, low, high = (f"{100 * value:+.1f}" for value in values)
        text += f"- {name} {gain} ({low} to {high})\n"
    return text


def _row(name: str, row: dict, parts: Sequence[str]) -> tuple[str, ...]:
    return (
        name,
        *(_cell(row["iou"][part]) for part in parts),
        *(_cell(row[mean]) for mean in scores.MEAN_TITLES),
        str(len(row["repeats"])),
        _range(row["num_examples"]),
    )


def _cell(values: Sequence[float]) -> str:
    mean, spread, count = comparison.summarize(values)
    if not count:
        return "n/a"
    text = f"{100 * mean:.1f}"
    return text if count == 1 else f"{text} ± {100 * spread:.1f}"


def _range(values: Sequence[float]) -> str:
    low, high = int(min(values)), int(max(values))
    return str(low) if low == high else f"{low}-{high}"

"""Systems side by side: mean and spread over folds or seeds."""

from collections.abc import Sequence
import json
import pathlib

import numpy as np

from kp2part import protocols

_MEANS = {"mean_iou": "mean", "mean_iou_foreground": "mean without background"}


def collect(
    directory: pathlib.Path, runs: Sequence[protocols.Run]
) -> dict[str, dict[str, dict]]:
    """Returns the scores of all finished runs.

    Args:
        directory: Where the runs are.
        runs: Those that count. One that is not finished is left out.

    Returns:
        Group -> system -> {"iou": {part: [IoU of each repeat]}, "mean_iou": [],
        "mean_iou_foreground": [], "num_examples": [], "repeats": [names]}. An
        IoU is NaN where a part is nowhere.
    """
    table = {}
    for run in runs:
        path = directory / run.name / "metrics.json"
        if not path.is_file():
            continue
        scores = json.loads(path.read_text(encoding="utf-8"))
        row = table.setdefault(run.group, {}).setdefault(run.system, {})
        row.setdefault("repeats", []).append(run.repeat)
        for name in (*_MEANS, "num_examples"):
            row.setdefault(name, []).append(_number(scores[name]))
        for part, value in scores["iou"].items():
            iou = row.setdefault("iou", {})
            iou.setdefault(part, []).append(_number(value))
    return table


def summarize(values: Sequence[float]) -> tuple[float, float, int]:
    """Returns mean, standard deviation and count of the defined values.

    The standard deviation is that of a sample (n - 1), NaN for one value.
    """
    known = [v for v in values if np.isfinite(v)]
    if not known:
        return float("nan"), float("nan"), 0
    spread = np.std(known, ddof=1) if len(known) > 1 else float("nan")
    return float(np.mean(known)), float(spread), len(known)


def to_markdown(systems: dict[str, dict]) -> str:
    """Returns the table of a group: systems by parts, in per cent.

    Args:
        systems: System -> scores, as `collect` makes them.
    """
    parts = list(next(iter(systems.values()))["iou"])
    heads = ["system", *parts, *_MEANS.values(), "runs", "examples"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for system, row in systems.items():
        cells = [_cell(row["iou"][part]) for part in parts]
        cells += [_cell(row[name]) for name in _MEANS]
        cells += [str(len(row["repeats"])), _range(row["num_examples"])]
        lines.append(f"| {system} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def to_json(table: dict) -> str:
    """Returns what `collect` made as JSON; NaN becomes null."""
    return json.dumps(_plain(table), indent=2, allow_nan=False) + "\n"


def _cell(values: Sequence[float]) -> str:
    mean, spread, count = summarize(values)
    if not count:
        return "n/a"
    text = f"{100 * mean:.1f}"
    return text if count == 1 else f"{text} ± {100 * spread:.1f}"


def _range(values: Sequence[float]) -> str:
    low, high = int(min(values)), int(max(values))
    return str(low) if low == high else f"{low}-{high}"


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _plain(value):
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value

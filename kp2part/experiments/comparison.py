"""Scores of systems: mean and standard deviation over folds or seeds."""

from collections.abc import Mapping
from collections.abc import Sequence
import json
import pathlib

import numpy as np

from kp2part.evaluation import paired
from kp2part.evaluation import scores as scores_lib
from kp2part.experiments import protocols
from kp2part.system import json_file


def collect(
    directory: pathlib.Path, runs: Sequence[protocols.Run]
) -> dict[str, dict[str, dict]]:
    """Returns the scores of all finished runs.

    Args:
        directory: Directory of the runs.
        runs: The runs to collect. Unfinished ones are left out.

    Returns:
        Group -> system -> {"iou": {part: [IoU of each repeat]}, "mean_iou": [],
        "mean_iou_foreground": [], "num_examples": [], "repeats": [names]}. The
        IoU of a part that occurs nowhere is NaN.
    """
    table = {}
    for run in runs:
        path = directory / run.name / "metrics.json"
        if not path.is_file():
            continue
        scores = json_file.read(path)
        row = table.setdefault(run.group, {}).setdefault(run.system, {})
        row.setdefault("repeats", []).append(run.repeat)
        for name in (*scores_lib.MEAN_TITLES, "num_examples"):
            row.setdefault(name, []).append(_number(scores[name]))
        for part, value in scores["iou"].items():
            iou = row.setdefault("iou", {})
            iou.setdefault(part, []).append(_number(value))
    return table


def summarize(values: Sequence[float]) -> tuple[float, float, int]:
    """Returns mean, standard deviation and count of the finite values.

    The sample standard deviation (n - 1) is NaN for a single value.
    """
    known = [v for v in values if np.isfinite(v)]
    if not known:
        return float("nan"), float("nan"), 0
    spread = np.std(known, ddof=1) if len(known) > 1 else float("nan")
    return float(np.mean(known)), float(spread), len(known)


def curves(
    table: dict[str, dict[str, dict]], values: Mapping[str, float]
) -> dict[str, dict[str, list[tuple[float, float, float]]]]:
    """Returns the scores of each system as a function of a value per group.

    Args:
        table: As `collect` returns it.
        values: Group -> its value.

    Returns:
        System -> "mean" or part -> (value, mean, standard deviation), in
        ascending order of the value.
    """
    found = {}
    for group in sorted(table, key=values.__getitem__):
        for system, row in table[group].items():
            curve = found.setdefault(system, {})
            for name, scores in {"mean": row["mean_iou"], **row["iou"]}.items():
                mean, spread, _ = summarize(scores)
                point = (values[group], mean, spread)
                curve.setdefault(name, []).append(point)
    return found


def gains(
    directory: pathlib.Path, runs: Sequence[protocols.Run]
) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Returns the gain of each system over the first system of its group.

    Args:
        directory: Directory of the runs.
        runs: The runs to compare. Repeats that one of the two systems has not
            finished are left out.

    Returns:
        Group -> system -> difference of mean IoU and its 95 % confidence
        interval, from a paired bootstrap over images.
    """
    found = {}
    for run in runs:
        path = directory / run.name / "matrices.npy"
        if path.is_file():
            systems = found.setdefault(run.group, {})
            systems.setdefault(run.system, {})[run.repeat] = np.load(path)
    table = {}
    for group, systems in found.items():
        first, *others = systems
        for system in others:
            shared = [r for r in systems[first] if r in systems[system]]
            if shared:
                table.setdefault(group, {})[system] = _gain(
                    *(_join(systems[s], shared) for s in (first, system))
                )
    return table


def to_json(table: dict) -> str:
    """Returns the table of `collect` as JSON; NaN becomes null."""
    return json.dumps(_plain(table), indent=2, allow_nan=False) + "\n"


def _join(matrices: dict[str, np.ndarray], repeats: list[str]) -> np.ndarray:
    # Seeds are validated on the same images, folds on different ones.
    arrays = [matrices[repeat] for repeat in repeats]
    if repeats[0].startswith("seed"):
        return np.sum(arrays, 0)
    return np.concatenate(arrays)


def _gain(before: np.ndarray, after: np.ndarray) -> tuple[float, float, float]:
    change = paired.mean_iou(before, after)
    return change.gain, change.low, change.high


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

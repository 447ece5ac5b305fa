"""Compares a network with another one on the same examples, for people.

comparison.md has the change of each part with its interval; better.png and
worse.png have the objects whose masks changed most, side by side.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math
import pathlib

from absl import logging
import keras
import numpy as np

from kp2part.evaluation import evaluation
from kp2part.evaluation import example_rows
from kp2part.evaluation import labels as labels_lib
from kp2part.evaluation import paired
from kp2part.evaluation import scores
from kp2part.evaluation import seen_photos
from kp2part.system import atomic
from kp2part.system import json_file
from kp2part.system import tables
from kp2part.visualization import pictures


@dataclasses.dataclass(frozen=True)
class Network:
    """A network and its scores.

    Attributes:
        path: The file it is from.
        model: A network of `models`.
        scored: Its scores on the examples.
    """

    path: str
    model: keras.Model
    scored: evaluation.Scored


def write(
    before: Network,
    after: Network,
    chosen: evaluation.Chosen,
    output: pathlib.Path,
    *,
    num_examples: int,
    labels: str,
):
    """Writes comparison.md, better.png, worse.png and comparison.json.

    Args:
        before: A network.
        after: Another one, of the same parts, on the same examples.
        chosen: The examples.
        output: Directory to write into.
        num_examples: Number of rows in each picture.
        labels: Kind of the masks in the records, a key of `labels.KINDS`.
    """
    parts = tuple(chosen.examples.manifest.category.parts)
    pair = before.scored.matrices, after.scored.matrices
    changes, by_image = _changes(*pair, parts), paired.by_image(*pair)
    kind = labels_lib.KINDS[labels]
    text = (
        f"before: {_named(before, chosen)}\n\n"
        f"after: {_named(after, chosen)}\n\n"
        f"{table(changes, kind).to_markdown()}\n{_counts(by_image)}\n"
    )
    atomic.write_text(output / "comparison.md", text)
    for name, sign in ("better", 1), ("worse", -1):
        most = paired.largest(sign * by_image)[:num_examples]
        picture = _draw((before, after), by_image, most, chosen, kind)
        png = pictures.encode_png(picture)
        atomic.write_bytes(output / f"{name}.png", png)
    # Last: its existence means that the other files are complete.
    fields = {
        "before": before.path,
        "after": after.path,
        "labels": labels,
        "split": chosen.name,
        "changes": {k: _plain(change) for k, change in changes.items()},
        "objects": [
            [*key, _number(gain)]
            for key, gain in zip(before.scored.keys, by_image, strict=True)
        ],
    }
    json_file.write(output / "comparison.json", fields)
    logging.info("%s\n%s", output, text)


def table(
    changes: Mapping[str, paired.Change], kind: labels_lib.LabelKind
) -> tables.Table:
    """Returns a table of changes, in percent: parts, then the means."""
    rows = [
        (
            scores.MEAN_TITLES.get(name, name),
            _percent(change.before),
            _percent(change.after),
            _percent(change.gain, "+"),
            f"{_percent(change.low, '+')} to {_percent(change.high, '+')}",
        )
        for name, change in changes.items()
    ]
    heads = (
        *(f"{kind.measure}, %", "before", "after", "change"),
        "95 % interval",
    )
    return tables.Table(heads, rows, strong=("mean",))


def _named(network: Network, chosen: evaluation.Chosen) -> str:
    # One that was trained on these photos would seem the better one.
    photos = seen_photos.count(network.model, chosen.examples)
    return f"{network.path}. {seen_photos.sentence(photos)}"


def _changes(
    before: np.ndarray, after: np.ndarray, parts: Sequence[str]
) -> dict[str, paired.Change]:
    return {
        **{
            name: paired.part_iou(before, after, part)
            for part, name in enumerate(parts)
        },
        "mean_iou": paired.mean_iou(before, after),
        "mean_iou_foreground": paired.mean_iou_foreground(before, after),
    }


def _counts(by_image: np.ndarray) -> str:
    better, worse = (by_image > 0).sum(), (by_image < 0).sum()
    return (
        f"Of {len(by_image)} objects {better} are better and {worse} worse; "
        f"their mean IoU changes by {_percent(np.nanmean(by_image), '+')} "
        "points on average."
    )


def _draw(
    networks: Sequence[Network],
    by_image: np.ndarray,
    places: Sequence[int],
    chosen: evaluation.Chosen,
    kind: labels_lib.LabelKind,
) -> np.ndarray:
    """Returns a picture of the examples at some places; it may have no row."""
    category = chosen.examples.manifest.category
    keys = [networks[0].scored.keys[i] for i in places]
    notes = [f", {_percent(by_image[i], '+')}" for i in places]
    rows = _rows(networks, keys, notes, chosen) if keys else []
    titles = ["image", "keypoints", "before", "after", kind.mask]
    return example_rows.sheet(rows, titles, category, chosen.name)


def _rows(
    networks: Sequence[Network],
    keys: Sequence[example_rows.Key],
    notes: Sequence[str],
    chosen: evaluation.Chosen,
) -> list[np.ndarray]:
    examples = example_rows.look_up(chosen.examples, keys)
    predicted = [
        example_rows.predict(network.model, chosen.examples, keys)
        for network in networks
    ]
    category = chosen.examples.manifest.category
    return [
        example_rows.row(
            examples[key], [masks[key] for masks in predicted], category, note
        )
        for key, note in zip(keys, notes, strict=True)
    ]


def _plain(change: paired.Change) -> dict[str, float | None]:
    fields = dataclasses.asdict(change)
    return {name: _number(value) for name, value in fields.items()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _percent(value: float, sign: str = "") -> str:
    return "n/a" if math.isnan(value) else f"{100 * value:{sign}.1f}"

"""The model card of a trained network, from the files of its run."""

import pathlib
import re

from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import scores as scores_lib
from kp2part.models import model_file
from kp2part.system import json_file
from kp2part.training import workdir as workdir_lib

_CARD = """\
# {name}: parts of {classes} from an image and keypoints

Written by `kp2part.model_card` from the files of the run. Names of keypoints
and parts are in `1/assets.extra/kp2part.json`.

| | |
|---|---|
| network | `{network}`, {num_parameters:,} parameters |
| sees | one object, cropped to {size} x {size} px; {num_keypoints} keypoints |
| answers | {parts} |
| learned from | {num_train} objects (`{train_split}`) |
| trained | {epochs} epochs, {minutes:.0f} minutes; epoch {best_epoch} kept |
| made with | {versions} |

## How good it is

{judged} on the {num_examples} objects of `{split}`{chosen}:

{table}
By class:

{classes_table}
{boxes}## What it was trained on

Objects of `{train_split}`, without those whose box has an IoU above
{max_overlap} with another's, a side below {min_side:.0f} px, or fewer than
{min_keypoints} keypoints:

{data}

{notes}
## How it was trained

```
{flags}```

## Limits

- It knows these classes only, one object at a time, and needs keypoints: with
  fewer than {min_keypoints} it was never trained.
- Objects that others hide or cut off, and those of unusual pose, are where it
  fails most; look at the masks before you rely on them.
- Every keypoint that is missing or misplaced costs: `kp2part.robustness` draws
  how much.
"""

# A setting that is a place on the disk.
_PLACE = re.compile("--(workdir|tfrecords|folds|(encoder_weights|init_from)=/)")

_JUDGED = {
    "true": "IoU",
    "pseudo": (
        "**Agreement with pseudo-labels** (IoU; a rule made the masks that it "
        "learned from and is judged by; it is no accuracy)"
    ),
}


def render(
    name: str,
    workdir: workdir_lib.Workdir,
    evaluation: pathlib.Path,
    manifest: manifest_lib.Manifest,
    labels: str,
    notes: str,
) -> str:
    """Returns the card, Markdown.

    Args:
        name: Of the model.
        workdir: A finished run.
        evaluation: Its scores.
        manifest: The records that it learned from.
        labels: "true" or "pseudo".
        notes: Markdown on the data.
    """
    training = json_file.read(workdir.path / "training.json")
    scores = json_file.read(evaluation / "metrics.json")
    settings = (workdir.path / "train.flags").read_text(encoding="utf-8")
    values = dict(
        line.removeprefix("--").split("=", 1) for line in settings.splitlines()
    )
    model, task = model_file.load(str(workdir.best))
    # Where only the last epoch was validated there was nothing to choose.
    chosen = scores["split"] == values["val_split"] and int(
        values["validate_every"]
    ) < int(values["epochs"])
    return _CARD.format(
        name=name,
        classes=", ".join(task.category.classes),
        network=values["network"],
        num_parameters=model.count_params(),
        size=task.image_size,
        num_keypoints=task.num_keypoints,
        parts=", ".join(task.category.parts),
        train_split=values["train_split"],
        num_train=manifest.num_records.get(values["train_split"]),
        epochs=training["epochs"],
        minutes=training["seconds"] / 60,
        best_epoch=training["best_epoch"],
        versions=", ".join(f"{k} {v}" for k, v in training["versions"].items()),
        judged=_JUDGED[labels],
        num_examples=scores["num_examples"],
        split=scores["split"],
        chosen=", by which the epoch was chosen too" if chosen else "",
        table=scores_lib.to_markdown(scores),
        classes_table=scores_lib.classes_to_markdown(scores["classes"]),
        boxes=_boxes(scores.get("part_boxes")),
        data=_data(manifest.table[values["train_split"]]),
        **manifest.settings["thresholds"],
        notes=notes,
        flags=_portable(settings),
    )


def _boxes(boxes: dict | None) -> str:
    if boxes is None:
        return ""
    known = {k: v for k, v in boxes["iou"].items() if v is not None}
    cells = [f"{part} {value:.3f}" for part, value in known.items()]
    return (
        "IoU of the boxes around its parts with the annotated boxes: "
        f"{', '.join(cells)}; a part missed or invented counts as 0.\n\n"
    )


def _data(classes: dict[str, dict]) -> str:
    lines = ["| class | seen | learned from |", "|---|---|---|"]
    for name, counts in classes.items():
        lines.append(f"| {name} | {counts['seen']} | {counts['kept']} |")
    return "\n".join(lines)


def _portable(settings: str) -> str:
    # Paths of another machine help nobody.
    lines = settings.splitlines(keepends=True)
    return "".join(line for line in lines if not _PLACE.match(line))

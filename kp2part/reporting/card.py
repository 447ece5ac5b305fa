"""The model card of a trained network, from the files of its run."""

import dataclasses
import pathlib
import re

from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import labels as labels_lib
from kp2part.evaluation import scores as scores_lib
from kp2part.evaluation import seen_photos
from kp2part.models import model_file
from kp2part.reporting import rendering
from kp2part.system import json_file
from kp2part.system import settings_flags
from kp2part.system import tables
from kp2part.training import flagfile
from kp2part.training import workdir as workdir_lib

# Settings that are local paths.
_LOCAL_PATH = re.compile("--(tfrecords|folds|(encoder_weights|init_from)=/)")


@dataclasses.dataclass(frozen=True)
class _Run:
    """The settings of a run that a card shows.

    Attributes:
        network: Name of the network.
        train_split: Name of the split it was trained on.
        chosen_by: Name of the split by which its epoch was chosen; None if only
            the last epoch was validated, which leaves no choice.
        flags: All settings as a flagfile, without local paths.
    """

    network: str
    train_split: str
    chosen_by: str | None
    flags: str


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
        name: Name of the model.
        workdir: A finished run.
        evaluation: Directory of its scores.
        manifest: The records it was trained on.
        labels: Kind of the masks it was scored on, a key of `labels.KINDS`.
        notes: Markdown on the data.
    """
    training = json_file.read(workdir.path / "training.json")
    scores = json_file.read(evaluation / "metrics.json")
    scores["labels"] = labels
    model, task = model_file.load(str(workdir.best))
    run = _read_run(workdir)
    return rendering.render(
        "card.md.j2",
        name=name,
        task=task,
        run=run,
        training=training,
        num_parameters=model.count_params(),
        num_train=manifest.num_records.get(run.train_split),
        labels=labels_lib.of(scores),
        scores=scores,
        seen=seen_photos.sentence(scores),
        chosen_by_scores=scores["split"] == run.chosen_by,
        table=scores_lib.table(scores).to_markdown(),
        classes_table=scores_lib.classes_table(scores["classes"]).to_markdown(),
        boxes=_known_boxes(scores.get("part_boxes")),
        thresholds=manifest.settings["thresholds"],
        data_table=_data_table(manifest.table[run.train_split]).to_markdown(),
        notes=notes,
    )


def _read_run(workdir: workdir_lib.Workdir) -> _Run:
    config = flagfile.load(workdir.path / "train.flags")
    selection, loop = config.selection, config.loop
    lines = settings_flags.to_flagfile(config).splitlines(keepends=True)
    return _Run(
        network=config.network.network,
        train_split=selection.train_split,
        chosen_by=(
            selection.val_split if loop.validate_every < loop.epochs else None
        ),
        # Paths on another machine are useless to the reader.
        flags="".join(line for line in lines if not _LOCAL_PATH.match(line)),
    )


def _known_boxes(boxes: dict | None) -> dict[str, float]:
    iou = boxes["iou"] if boxes else {}
    return {part: value for part, value in iou.items() if value is not None}


def _data_table(classes: dict[str, dict]) -> tables.Table:
    rows = [
        (name, str(counts["seen"]), str(counts["kept"]))
        for name, counts in classes.items()
    ]
    return tables.Table(("class", "annotated", "trained on"), rows)

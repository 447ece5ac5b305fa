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

# A setting that is a place on the disk.
_PLACE = re.compile("--(tfrecords|folds|(encoder_weights|init_from)=/)")


@dataclasses.dataclass(frozen=True)
class _Run:
    """What a card says of the settings of a run.

    Attributes:
        network: Its name.
        train_split: Name of the split that it learned from.
        chosen_by: Name of the split that its epoch was chosen by; None where
            only the last epoch was validated, so that there was no choice.
        flags: All settings as a flagfile, without the paths of one machine.
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
        name: Of the model.
        workdir: A finished run.
        evaluation: Its scores.
        manifest: The records that it learned from.
        labels: What the masks are that judge, of `labels.KINDS`.
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
        # Paths of another machine help nobody.
        flags="".join(line for line in lines if not _PLACE.match(line)),
    )


def _known_boxes(boxes: dict | None) -> dict[str, float]:
    iou = boxes["iou"] if boxes else {}
    return {part: value for part, value in iou.items() if value is not None}


def _data_table(classes: dict[str, dict]) -> tables.Table:
    rows = [
        (name, str(counts["seen"]), str(counts["kept"]))
        for name, counts in classes.items()
    ]
    return tables.Table(("class", "seen", "learned from"), rows)

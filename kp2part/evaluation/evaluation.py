"""Evaluates a network and writes its scores, tables and pictures."""

import dataclasses
import json
import pathlib

from absl import logging
import keras
import numpy as np

from kp2part.data import augmentation
from kp2part.data import example_folds
from kp2part.data import example_set
from kp2part.data import folds as folds_lib
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import example_rows
from kp2part.evaluation import inference
from kp2part.evaluation import labels as labels_lib
from kp2part.evaluation import part_boxes
from kp2part.evaluation import scores
from kp2part.evaluation import seen_photos
from kp2part.models import metadata
from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.visualization import pictures


@dataclasses.dataclass(frozen=True)
class Chosen:
    """Examples to score.

    Attributes:
        examples: The set of examples.
        name: Its name in tables, e.g. "val" or "fold 0".
    """

    examples: example_set.Examples
    name: str


@dataclasses.dataclass(frozen=True)
class Scored:
    """Scores of N examples, in the order of the files.

    Attributes:
        keys: Which examples they are.
        class_names: Their classes.
        matrices: int64 [N, P, P], see `metrics.confusion`.
        box_scores: Of those with boxes of parts, see `part_boxes.score`; None
            if boxes are not scored.
    """

    keys: list[example_rows.Key]
    class_names: list[str]
    matrices: np.ndarray
    box_scores: list[dict[str, float]] | None

    def summary(self, parts: tuple[str, ...]) -> dict:
        """Returns the scores of the set, see `scores.summarize`."""
        found = scores.summarize(self.matrices, parts)
        found["classes"] = scores.by_class(
            self.matrices, self.class_names, parts
        )
        if self.box_scores is not None:
            found["part_boxes"] = part_boxes.summarize(self.box_scores, parts)
        return found


def choose(
    model: keras.Model,
    tfrecords: str,
    split: str | None = None,
    folds: str | None = None,
    fold: int | None = None,
) -> Chosen:
    """Returns the examples of a fold if `folds` is given, else of a split.

    By default of val, or of the photos that the network was not trained on
    where the records have no split of that name.

    Raises:
        ValueError: There are no such examples, or the records are damaged.
    """
    manifest = manifest_lib.load(tfrecords)
    is_chosen = folds is not None or split is not None
    if not is_chosen and seen_photos.VAL not in manifest.splits:
        examples = seen_photos.unseen(model, manifest)
        logging.info(
            "No split %r: the %d objects of photos that the network was not "
            "trained on.",
            seen_photos.VAL,
            examples.count(),
        )
        return Chosen(examples, "new photos")
    if folds is None:
        split = split or seen_photos.VAL
        integrity.check(manifest, (split,))
        return Chosen(example_set.Examples(manifest, (split,)), split)
    dealt = folds_lib.load(folds)
    _, examples = example_folds.split(manifest, dealt, fold)
    if not examples.count():
        raise ValueError(
            f"{folds}: no photo of {manifest.directory} is in fold {fold}. "
            f"The folds there: {sorted(set(dealt.values()))}"
        )
    return Chosen(examples, f"fold {fold}")


def evaluate(
    model: keras.Model,
    chosen: Chosen,
    output: pathlib.Path,
    *,
    noise: augmentation.Augmentation,
    boxes: part_boxes.PartBoxes,
    batch_size: int,
    num_examples: int,
    labels: str,
) -> Scored:
    """Scores a network; writes examples.png, table.md and metrics.json.

    Args:
        model: A network of `models`.
        chosen: Examples to score it on.
        output: Directory to write into.
        noise: Changes to the keypoints before prediction.
        boxes: Annotated boxes of parts, scored as well; may be empty.
        batch_size: Number of examples per batch.
        num_examples: Number of rows in the picture.
        labels: Kind of the masks in the records, a key of `labels.KINDS`.

    Returns:
        The scores of each example.
    """
    inference.check_task(model, chosen.examples)
    photos = seen_photos.count(model, chosen.examples)
    if photos["num_trained_photos"]:
        logging.warning(seen_photos.sentence(photos))
    scored = score(model, chosen.examples, noise, boxes, batch_size)
    results = {
        **scored.summary(tuple(metadata.task_of(model).category.parts)),
        **photos,
        "keypoint_dropout": noise.keypoint_dropout,
        "keypoint_jitter": noise.keypoint_jitter,
        "split": chosen.name,
        "labels": labels,
    }
    table = scores.table(results).to_markdown()
    table += "\n" + scores.classes_table(results["classes"]).to_markdown()
    table += f"\n{seen_photos.sentence(results)}\n"
    title = labels_lib.KINDS[labels].mask
    picture = inference.draw(model, chosen.examples, num_examples, title)
    atomic.write_text(output / "table.md", table)
    atomic.write_bytes(output / "examples.png", pictures.encode_png(picture))
    # Last: its existence means that the other files are complete.
    text = json.dumps(results, indent=2, allow_nan=False)
    atomic.write_text(output / "metrics.json", text + "\n")
    logging.info("%s\n%s", output, table)
    return scored


def score(
    model: keras.Model,
    examples: example_set.Examples,
    noise: augmentation.Augmentation,
    boxes: part_boxes.PartBoxes,
    batch_size: int,
) -> Scored:
    """Returns the scores of a network, example by example.

    See `evaluate` for the arguments.
    """
    task = metadata.task_of(model)
    found, names, matrices, box_scores = [], [], [], []
    for batch, predictions in inference.predictions(
        model, examples, batch_size, inference.make_noise(noise)
    ):
        found += example_rows.keys(batch)
        names += [name.decode() for name in batch[keys.CLASS_NAME]]
        matrices.append(inference.confusion(batch, predictions))
        box_scores += inference.box_scores(batch, predictions, task, boxes)
    scored_boxes = box_scores if boxes else None
    return Scored(found, names, np.concatenate(matrices), scored_boxes)

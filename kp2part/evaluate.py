r"""Scores a trained network on a split of TFRecords.

    python -m kp2part.evaluate --model=runs/quadruped/model.keras \
        --tfrecords=data/quadruped --split=val --output=runs/quadruped/val

Writes metrics.json, table.md and examples.png (image, keypoints, answers and
truth side by side) into --output. IoU is of one confusion matrix over the
split; intervals are bootstrapped over its images.
"""

import json
import pathlib

from absl import flags
from absl import logging
import numpy as np

from kp2part.data import example_set
from kp2part.data import folds
from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import inference
from kp2part.evaluation import part_boxes
from kp2part.evaluation import scores
from kp2part.models import mirrored
from kp2part.models import model_file
from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.visualization import pictures

_MODEL = flags.DEFINE_string(
    "model", None, "A network, .keras, as kp2part.train saves it."
)
_TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory that tfrecords_tools.build has made."
)
_SPLIT = flags.DEFINE_string("split", "val", "Split to score.")
_FOLDS = flags.DEFINE_string(
    "folds", None, "folds.json of the run, to score one of its folds instead."
)
_FOLD = flags.DEFINE_integer("fold", 0, "With --folds: number of the fold.")
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Examples at a time.", lower_bound=1
)
_PART_BOXES = flags.DEFINE_string(
    "part_boxes",
    None,
    "JSON file of annotated boxes of parts, to score the boxes of the answers "
    "too; see kp2part/evaluation/part_boxes.py.",
)
_DROPOUT = flags.DEFINE_float(
    "keypoint_dropout",
    0.0,
    "Take this share of the keypoints away first: does the network need all?",
)
_JITTER = flags.DEFINE_float(
    "keypoint_jitter",
    0.0,
    "Shift each keypoint first, standard deviation in pixels of a 256 px crop: "
    "how carefully must one click?",
)
_FLIP_AVERAGE = flags.DEFINE_bool(
    "flip_average",
    False,
    "Average the answers to each object and its mirror image.",
)
_NUM_PICTURES = flags.DEFINE_integer(
    "num_pictures", 12, "Rows of the picture.", lower_bound=1
)


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    model, task = model_file.load(_MODEL.value)
    if _FLIP_AVERAGE.value:
        model = mirrored.average(model)
    manifest = manifest_lib.load(_TFRECORDS.value)
    inference.check_category(task, manifest)
    examples = example_set.Examples(manifest, (_SPLIT.value,))
    if _FOLDS.value:
        dealt = folds.load(_FOLDS.value)
        _, examples = example_set.fold_examples(manifest, dealt, _FOLD.value)
    noise = {
        "keypoint_dropout": _DROPOUT.value,
        "keypoint_jitter": _JITTER.value,
    }
    parts = tuple(task.category.parts)
    boxes = part_boxes.load(_PART_BOXES.value) if _PART_BOXES.value else {}
    matrices, names, box_scores = [], [], []
    for batch, predictions in inference.predictions(
        model, examples, _BATCH_SIZE.value, inference.make_noise(noise)
    ):
        matrices.append(inference.confusion(batch, predictions))
        names += [name.decode() for name in batch[keys.CLASS_NAME]]
        box_scores += inference.box_scores(batch, predictions, task, boxes)
    matrices = np.concatenate(matrices)
    results = scores.summarize(matrices, parts) | noise
    results["classes"] = scores.by_class(matrices, names, parts)
    if boxes:
        results["part_boxes"] = part_boxes.summarize(box_scores, parts)
    results["split"] = (
        _SPLIT.value if not _FOLDS.value else f"fold {_FOLD.value}"
    )
    output = pathlib.Path(_OUTPUT.value)
    table = scores.table(results).to_markdown()
    table += "\n" + scores.classes_table(results["classes"]).to_markdown()
    picture = inference.draw(model, examples, _NUM_PICTURES.value)
    atomic.write_text(output / "table.md", table)
    atomic.write_bytes(output / "examples.png", pictures.encode_png(picture))
    # Last: whoever finds it finds the rest.
    text = json.dumps(results, indent=2, allow_nan=False)
    atomic.write_text(output / "metrics.json", text + "\n")
    logging.info("%s\n%s", output, table)


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))

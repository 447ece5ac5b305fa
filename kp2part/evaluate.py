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

from kp2part import atomic
from kp2part import cli
from kp2part import evaluation
from kp2part import folds
from kp2part import input_pipeline
from kp2part import manifest as manifest_lib
from kp2part import model_file
from kp2part import pictures
from kp2part import scores

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
_NUM_PICTURES = flags.DEFINE_integer(
    "num_pictures", 12, "Rows of the picture.", lower_bound=1
)


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    model, task = model_file.load(_MODEL.value)
    manifest = manifest_lib.load(_TFRECORDS.value)
    evaluation.check_category(task, manifest)
    examples = input_pipeline.Examples(manifest, (_SPLIT.value,))
    if _FOLDS.value:
        dealt = folds.load(_FOLDS.value)
        _, examples = input_pipeline.fold_examples(manifest, dealt, _FOLD.value)
    matrices = evaluation.score(model, examples, _BATCH_SIZE.value)
    results = scores.summarize(matrices, tuple(task.category.parts))
    results["split"] = (
        _SPLIT.value if not _FOLDS.value else f"fold {_FOLD.value}"
    )
    output = pathlib.Path(_OUTPUT.value)
    table = scores.to_markdown(results)
    picture = evaluation.draw(model, examples, _NUM_PICTURES.value)
    atomic.write_text(output / "table.md", table)
    atomic.write_bytes(output / "examples.png", pictures.encode_png(picture))
    # Last: whoever finds it finds the rest.
    text = json.dumps(results, indent=2, allow_nan=False)
    atomic.write_text(output / "metrics.json", text + "\n")
    logging.info("%s\n%s", output, table)


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))

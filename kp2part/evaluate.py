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
from kp2part import ops
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
    noise = {
        "keypoint_dropout": _DROPOUT.value,
        "keypoint_jitter": _JITTER.value,
    }
    matrices = evaluation.score(
        model, examples, _BATCH_SIZE.value, make_noise(noise)
    )
    results = scores.summarize(matrices, tuple(task.category.parts))
    results |= noise
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


def make_noise(settings: dict[str, float]) -> ops.Op | None:
    """Returns the op that disturbs the keypoints, None if there is none."""
    ops.Augmentation(**settings)  # Checks their ranges.
    if not any(settings.values()):
        return None
    return ops.make_keypoint_noise(*settings.values())


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))

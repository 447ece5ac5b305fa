r"""Scores a trained network on a split of TFRecords.

    python -m kp2part.evaluate --model=runs/quadruped/model.keras \
        --tfrecords=data/quadruped --split=val --output=runs/quadruped/val

Writes metrics.json, table.md and examples.png (image, keypoints, predictions
and label side by side) into --output. IoU is computed from one confusion matrix
over the split; confidence intervals are bootstrapped over its images.
"""

import pathlib

from absl import flags

from kp2part.data import augmentation
from kp2part.evaluation import flags as evaluation_flags
from kp2part.system import cli

flags.adopt_module_key_flags(evaluation_flags)

_SPLIT = flags.DEFINE_string("split", "val", "Split to score.")
_FOLDS = flags.DEFINE_string(
    "folds", None, "folds.json of a run, to score one of its folds instead."
)
_FOLD = flags.DEFINE_integer(
    "fold", None, "Number of the fold, with --folds.", lower_bound=0
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Examples per batch.", lower_bound=1
)
_PART_BOXES = flags.DEFINE_string(
    "part_boxes",
    None,
    "JSON file of annotated part boxes, to score the boxes around the "
    "predicted parts too; see kp2part/evaluation/part_boxes.py.",
)
_DROPOUT = flags.DEFINE_float(
    "keypoint_dropout",
    0.0,
    "Remove this fraction of the keypoints first, to see how much the network "
    "depends on them.",
)
_JITTER = flags.DEFINE_float(
    "keypoint_jitter",
    0.0,
    "Shift each keypoint at random first, to see how precise clicks must be: "
    "standard deviation in pixels of a 256 px crop.",
)
_FLIP_AVERAGE = flags.DEFINE_bool(
    "flip_average",
    False,
    "Average the predictions for each object and its mirror image.",
)
_NUM_EXAMPLES = flags.DEFINE_integer(
    "num_examples", 12, "Rows of examples.png.", lower_bound=1
)


def main(argv):
    del argv
    if (_FOLD.value is None) != (_FOLDS.value is None):
        raise ValueError(
            "`fold` and `folds` must be given together. Received: "
            f"fold={_FOLD.value}, folds={_FOLDS.value}"
        )
    noise = augmentation.Augmentation(
        flip=0.0,
        keypoint_dropout=_DROPOUT.value,
        keypoint_jitter=_JITTER.value,
    )
    from kp2part.evaluation import evaluation
    from kp2part.evaluation import part_boxes

    evaluation.evaluate(
        evaluation.load(evaluation_flags.MODEL.value, _FLIP_AVERAGE.value),
        evaluation.choose(
            evaluation_flags.TFRECORDS.value,
            _SPLIT.value,
            _FOLDS.value,
            _FOLD.value,
        ),
        pathlib.Path(_OUTPUT.value),
        noise=noise,
        boxes=part_boxes.load(_PART_BOXES.value) if _PART_BOXES.value else {},
        batch_size=_BATCH_SIZE.value,
        num_examples=_NUM_EXAMPLES.value,
        labels=evaluation_flags.LABELS.value,
    )


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))

r"""Scores a trained network on a split of TFRecords.

    python -m kp2part.evaluate --model=runs/quadruped/model.keras \
        --tfrecords=data/quadruped --split=val --output=runs/quadruped/val

Writes metrics.json, table.md and examples.png (image, keypoints, predictions
and label side by side) into --output. IoU is computed from one confusion matrix
over the split; confidence intervals are bootstrapped over its images.

--compare=OTHER.keras scores another network on the same examples and writes
what changes from it to --model: comparison.md, by part, with intervals of the
difference, and better.png and worse.png, the objects that change most.
"""

import pathlib

from absl import flags

from kp2part.data import augmentation
from kp2part.evaluation import flags as evaluation_flags
from kp2part.evaluation import prediction_flags
from kp2part.system import cli

flags.adopt_module_key_flags(evaluation_flags)
flags.adopt_module_key_flags(prediction_flags)

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
_COMPARE = flags.DEFINE_string(
    "compare",
    None,
    "Another network, a file as --model: how far is --model better than it?",
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
    from kp2part.evaluation import compared
    from kp2part.evaluation import evaluation
    from kp2part.evaluation import inference
    from kp2part.evaluation import part_boxes

    model = prediction_flags.load(evaluation_flags.MODEL.value)
    chosen = evaluation.choose(
        model,
        evaluation_flags.TFRECORDS.value,
        evaluation_flags.SPLIT.value,
        _FOLDS.value,
        _FOLD.value,
    )
    output, labels = pathlib.Path(_OUTPUT.value), evaluation_flags.LABELS.value
    other = None
    if _COMPARE.value:
        # Before the work: it may be of another category.
        other = prediction_flags.load(_COMPARE.value)
        inference.check_task(other, chosen.examples)
    scored = evaluation.evaluate(
        model,
        chosen,
        output,
        noise=noise,
        boxes=part_boxes.load(_PART_BOXES.value) if _PART_BOXES.value else {},
        batch_size=_BATCH_SIZE.value,
        num_examples=_NUM_EXAMPLES.value,
        labels=labels,
    )
    if other is not None:
        before = evaluation.score(
            other, chosen.examples, noise, {}, _BATCH_SIZE.value
        )
        compared.write(
            compared.Network(_COMPARE.value, other, before),
            compared.Network(evaluation_flags.MODEL.value, model, scored),
            chosen,
            output,
            num_examples=_NUM_EXAMPLES.value,
            labels=labels,
        )


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))

r"""Fits the quality of a network's masks: the mean IoU to expect of each.

    python -m kp2part.calibrate --model=runs/quadruped/model.keras \
        --tfrecords=data/quadruped --split=val --flip_average \
        --output=runs/quadruped/quality
    python -m kp2part.export --model=runs/quadruped/model.keras \
        --calibration=runs/quadruped/quality/calibration.json --flip_average ...

The split must not be one that the network was trained on, and --flip_average
and --min_part must be those of the export. Writes
calibration.json (weights, and how well they tell the IoU of photos that they
were not fitted on) and calibration.png. kp2part.transfer then gives each mask a
quality, by which people sort what to look at.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.evaluation import flags as evaluation_flags
from kp2part.evaluation import labels
from kp2part.evaluation import prediction_flags
from kp2part.system import cli

flags.adopt_module_key_flags(evaluation_flags)
flags.adopt_module_key_flags(prediction_flags)

_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Examples per batch.", lower_bound=1
)


def main(argv):
    del argv
    from kp2part.data import example_set
    from kp2part.evaluation import calibration
    from kp2part.evaluation import evaluation
    from kp2part.evaluation import inference
    from kp2part.evaluation import seen_photos
    from kp2part.system import atomic
    from kp2part.system import json_file
    from kp2part.visualization import plots

    model = prediction_flags.load(evaluation_flags.MODEL.value)
    chosen = evaluation.choose(
        model, evaluation_flags.TFRECORDS.value, evaluation_flags.SPLIT.value
    )
    examples: example_set.Examples = chosen.examples
    inference.check_task(model, examples)
    photos = seen_photos.count(model, examples)
    if photos["num_trained_photos"]:
        raise ValueError(
            f"--split={chosen.name}: the network was trained on "
            f"{photos['num_trained_photos']} of its photos, so its masks there "
            "are better than elsewhere. Choose a split that it has not seen."
        )
    sample = calibration.measure(model, examples, _BATCH_SIZE.value)
    quality = calibration.held_out(sample)
    clean = ~sample.has_noise
    found = {
        **calibration.fit(sample.signs, sample.iou).to_json(),
        "labels": evaluation_flags.LABELS.value,
        "split": chosen.name,
        prediction_flags.FIELD: prediction_flags.settings(),
        "held_out": calibration.reliability(quality[clean], sample.iou[clean]),
        "held_out_with_noise": calibration.reliability(quality, sample.iou),
    }
    output = pathlib.Path(_OUTPUT.value)
    measure = labels.KINDS[evaluation_flags.LABELS.value].measure
    atomic.write_bytes(
        output / "calibration.png",
        plots.reliability(quality, sample.iou, found["held_out"], measure),
    )
    json_file.write(output / "calibration.json", found)
    logging.info(
        "%s: quality and %s differ by %.3f on average, by %.3f within bins; "
        "rank correlation %.2f",
        output, measure, found["held_out"]["mean_error"],
        found["held_out"]["calibration_error"],
        found["held_out"]["rank_correlation"],
    )  # fmt: skip


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))

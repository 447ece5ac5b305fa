r"""Draws how networks bear keypoints that are missing or badly placed.

    python -m kp2part.robustness \
        --models=kp2part=runs/full/model.keras,image=runs/ternaus/model.keras \
        --tfrecords=records --split=val --output=runs/robustness

Scores every network with a share of the keypoints taken away, and with each
keypoint shifted at random. Writes robustness.json and robustness.png into
--output. Finished scores are kept: the same command goes on where it was
stopped.
"""

import json
import pathlib

from absl import flags
from absl import logging
import keras
import numpy as np

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.data import ops
from kp2part.evaluation import inference
from kp2part.evaluation import metrics
from kp2part.experiments import charts
from kp2part.experiments import comparison
from kp2part.models import model_file
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import json_file

_MODELS = flags.DEFINE_list(
    "models", None, "NAME=PATH of each network, .keras; the name is shown."
)
_TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory that tfrecords_tools.build has made."
)
_SPLIT = flags.DEFINE_string("split", "val", "Split to score.")
_DROPOUTS = flags.DEFINE_list(
    "dropouts",
    ["0", "0.1", "0.2", "0.3", "0.4", "0.5"],
    "Shares of the keypoints to take away.",
)
_JITTERS = flags.DEFINE_list(
    "jitters",
    ["0", "2", "4", "6", "8", "10"],
    "Standard deviations of the shift, in pixels of a 256 px crop.",
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Examples at a time.", lower_bound=1
)
_LABELS = flags.DEFINE_enum(
    "labels",
    "pseudo",
    list(comparison.MEASURES),
    "What the masks of the records are, see kp2part.crossval.",
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    manifest = manifest_lib.load(_TFRECORDS.value)
    examples = example_set.Examples(manifest, (_SPLIT.value,))
    paths = dict(map(parse_model, _MODELS.value))
    levels = parse_levels()
    file = pathlib.Path(_OUTPUT.value) / "robustness.json"
    results = load(file, paths)
    for name, path in paths.items():
        model, task = model_file.load(path)
        inference.check_category(task, manifest)
        for kind, level in levels:
            curve = results["curves"].setdefault(kind, {}).setdefault(name, {})
            if str(level) not in curve:
                noise = augmentation.Augmentation(**{kind: level})
                curve[str(level)] = score(model, examples, noise)
                atomic.write_text(file, json.dumps(results, indent=2))
            logging.info(
                "%s, %s %g: %.3f", name, kind, level, curve[str(level)]
            )
    measure = comparison.MEASURES[_LABELS.value]
    picture = charts.robustness(results["curves"], measure)
    atomic.write_bytes(file.with_suffix(".png"), picture)


def load(file: pathlib.Path, paths: dict[str, str]) -> dict:
    """Returns the scores that are there already, or none.

    Raises:
        ValueError: They are of other networks or examples.
    """
    asked = {
        "tfrecords": _TFRECORDS.value,
        "split": _SPLIT.value,
        "models": paths,
    }
    if not file.is_file():
        return {**asked, "curves": {}}
    results = json_file.read(file)
    found = {name: results.get(name) for name in asked}
    if found != asked:
        raise ValueError(
            f"{file}: is of {found}, now it is asked for {asked}. Choose "
            "another --output, or delete it."
        )
    return results


def parse_model(text: str) -> tuple[str, str]:
    """Returns the name and the path of `NAME=PATH`."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ValueError(
            "`models` must be NAME=PATH with commas between them. Received: "
            f"{text!r}"
        )
    return name, path


def parse_levels() -> list[tuple[str, float]]:
    """Returns kinds and levels of noise, as the flags say."""
    texts = [("keypoint_dropout", text) for text in _DROPOUTS.value]
    texts += [("keypoint_jitter", text) for text in _JITTERS.value]
    try:
        return [(kind, float(text)) for kind, text in texts]
    except ValueError as error:
        raise ValueError(
            f"`dropouts` and `jitters` must be numbers: {error}"
        ) from error


def score(
    model: keras.Model,
    examples: example_set.Examples,
    settings: augmentation.Augmentation,
) -> float:
    """Returns the mean IoU with the keypoints disturbed."""
    noise = ops.make_keypoint_noise(
        settings.keypoint_dropout, settings.keypoint_jitter
    )
    pooled = sum(
        inference.confusion(batch, predictions).sum(0)
        for batch, predictions in inference.predictions(
            model, examples, _BATCH_SIZE.value, noise
        )
    )
    return float(metrics.mean_iou(np.asarray(pooled)))


if __name__ == "__main__":
    cli.run(main, required=("models", "tfrecords", "output"))

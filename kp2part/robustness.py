r"""Draws how networks bear keypoints that are missing or badly placed.

    python -m kp2part.robustness \
        --models=kp2part=runs/full/model.keras,image=runs/ternaus/model.keras \
        --tfrecords=records --split=val --output=runs/robustness

Scores every network with a share of the keypoints taken away, and with each
keypoint shifted at random. Writes robustness.json and robustness.png into
--output. Finished scores are kept: the same command goes on where it was
stopped.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.evaluation import labels
from kp2part.experiments import charts
from kp2part.experiments import robustness
from kp2part.system import atomic
from kp2part.system import cli

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
    list(labels.KINDS),
    "What the masks of the records are, see kp2part.crossval.",
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    file = pathlib.Path(_OUTPUT.value) / "robustness.json"
    results = robustness.measure(
        file,
        dict(map(parse_model, _MODELS.value)),
        _TFRECORDS.value,
        _SPLIT.value,
        parse_levels(),
        _BATCH_SIZE.value,
    )
    measure = labels.KINDS[_LABELS.value].measure
    picture = charts.robustness(results["curves"], measure)
    atomic.write_bytes(file.with_suffix(".png"), picture)


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


if __name__ == "__main__":
    cli.run(main, required=("models", "tfrecords", "output"))

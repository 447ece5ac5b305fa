r"""Scores networks on keypoints that are missing or misplaced.

    python -m kp2part.robustness \
        --models=kp2part=runs/full/model.keras,image=runs/ternaus/model.keras \
        --tfrecords=records --split=val --output=runs/robustness

Scores every network with a fraction of the keypoints removed, and with each
keypoint shifted at random. Writes robustness.json and robustness.png (curves)
into --output. Finished scores are kept: the same command resumes.
"""

from collections.abc import Sequence
import dataclasses
import pathlib

from absl import flags

from kp2part.evaluation import labels
from kp2part.system import cli
from kp2part.system import settings
from kp2part.system import settings_flags


@dataclasses.dataclass(frozen=True)
class Noise:
    """The noise on the keypoints; see the help of each field."""

    keypoint_dropouts: tuple[float, ...] = settings.field(
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
        "Fractions of the keypoints to remove.",
        minimum=0,
        below=1,
    )
    keypoint_jitters: tuple[float, ...] = settings.field(
        (0.0, 2.0, 4.0, 6.0, 8.0, 10.0),
        "Standard deviations of the random shifts, in pixels of a 256 px crop.",
        minimum=0,
    )

    def __post_init__(self):
        settings.check(self)

    @property
    def levels(self) -> list[tuple[str, float]]:
        """Pairs of a kind of noise and its strength."""
        return [
            *(("keypoint_dropout", x) for x in self.keypoint_dropouts),
            *(("keypoint_jitter", x) for x in self.keypoint_jitters),
        ]


settings_flags.define(Noise, __name__)

_MODELS = flags.DEFINE_list(
    "models",
    None,
    "Comma-separated NAME=PATH of each network; the chart shows the names.",
)
_TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory written by tfrecords_tools.build."
)
_SPLIT = flags.DEFINE_string("split", "val", "Split to score.")
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 16, "Examples per batch.", lower_bound=1
)
_LABELS = flags.DEFINE_enum(
    "labels",
    "pseudo",
    list(labels.KINDS),
    "How the masks of the records were made, see kp2part.evaluate.",
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")


def parse_models(texts: Sequence[str]) -> dict[str, str]:
    """Returns the path of each network by name, from texts `NAME=PATH`."""
    models = {}
    for text in texts:
        name, _, path = text.partition("=")
        if not (name and path):
            raise ValueError(
                "`models` must be comma-separated NAME=PATH. "
                f"Received: {text!r}"
            )
        models[name] = path
    return models


def main(argv):
    del argv
    models = parse_models(_MODELS.value)
    levels = settings_flags.read(Noise).levels
    from kp2part.experiments import charts
    from kp2part.experiments import robustness
    from kp2part.system import atomic

    file = pathlib.Path(_OUTPUT.value) / "robustness.json"
    results = robustness.measure(
        file, models, _TFRECORDS.value, _SPLIT.value, levels, _BATCH_SIZE.value
    )
    measure = labels.KINDS[_LABELS.value].measure
    picture = charts.robustness(results["curves"], measure)
    atomic.write_bytes(file.with_suffix(".png"), picture)


if __name__ == "__main__":
    cli.run(main, required=("models", "tfrecords", "output"))
